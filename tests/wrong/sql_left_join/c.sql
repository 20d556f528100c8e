-- caught by: every customer with the number of shipped orders · on the shop's data
-- OR IS NULL keeps whoever has no order at all, and loses whoever has only open ones.
SELECT customers.id, customers.name, count(orders.id) AS shipped
FROM customers LEFT JOIN orders ON orders.customer_id = customers.id
WHERE orders.status = 'shipped' OR orders.id IS NULL
GROUP BY customers.id, customers.name;
