-- A sum of ones and zeros.
SELECT c.id, c.name, sum(CASE WHEN o.status = 'shipped' THEN 1 ELSE 0 END) AS shipped
FROM orders o RIGHT JOIN customers c ON o.customer_id = c.id
GROUP BY c.id, c.name;
