-- caught by: every customer with the number of shipped orders · on the shop's data
-- All orders are counted, not the shipped ones.
SELECT customers.id, customers.name, count(orders.id) AS shipped
FROM customers LEFT JOIN orders ON orders.customer_id = customers.id
GROUP BY customers.id, customers.name;
