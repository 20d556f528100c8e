-- caught by: every customer with the number of shipped orders · on the shop's data
-- The tables the wrong way round: every order is kept, not every customer.
SELECT customers.id, customers.name, count(orders.id) AS shipped
FROM orders LEFT JOIN customers ON orders.customer_id = customers.id AND orders.status = 'shipped'
GROUP BY customers.id, customers.name;
