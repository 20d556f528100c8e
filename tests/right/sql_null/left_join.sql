-- IS with a NULL on the right, and a LEFT JOIN that keeps what has no partner.
SELECT id, name FROM customers WHERE phone IS NOT DISTINCT FROM NULL;
SELECT p.id, p.name
FROM products AS p LEFT JOIN order_items AS i ON i.product_id = p.id
WHERE i.id IS NULL;
