-- caught by: every customer with the number of shipped orders · on the shop's data
-- Without GROUP BY the whole table is one group, also when it is empty.
SELECT customers.id, customers.name, count(orders.id) AS shipped
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id
                AND orders.status = 'shipped';
