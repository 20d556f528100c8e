-- Every order is joined; the count chooses.
SELECT c.id, c.name, count(*) FILTER (WHERE o.status = 'shipped') AS shipped
FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
GROUP BY c.id;
