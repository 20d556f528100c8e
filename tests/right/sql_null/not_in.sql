-- NOT IN, made safe.
SELECT id, name
FROM customers
WHERE phone IS NULL;

SELECT id, name
FROM products
WHERE id NOT IN (SELECT product_id FROM order_items WHERE product_id IS NOT NULL);
