-- caught by: every customer with the number of shipped orders · when two customers share a name
-- Two people of one name become one row.
SELECT min(customers.id) AS id, customers.name, count(orders.id) AS shipped
FROM customers LEFT JOIN orders ON orders.customer_id = customers.id AND orders.status = 'shipped'
GROUP BY customers.name;
