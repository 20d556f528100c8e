-- caught by: every customer with the number of shipped orders · on the shop's data
-- count(*) gives 1 for none.
SELECT customers.id, customers.name, count(*) AS shipped
FROM customers LEFT JOIN orders ON orders.customer_id = customers.id AND orders.status = 'shipped'
GROUP BY customers.id, customers.name;
