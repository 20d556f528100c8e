-- caught by: every customer with the number of shipped orders · on the shop's data
-- The condition on the right table in WHERE throws out whom LEFT JOIN has kept.
SELECT customers.id, customers.name, count(orders.id) AS shipped
FROM customers LEFT JOIN orders ON orders.customer_id = customers.id
WHERE orders.status = 'shipped'
GROUP BY customers.id, customers.name;
