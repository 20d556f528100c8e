-- caught by: customers whom nobody has asked for a phone number · on the shop's data
-- An empty text is not NULL.
SELECT id, name
FROM customers
WHERE phone = '';

SELECT id, name
FROM products
WHERE NOT EXISTS (SELECT 1 FROM order_items WHERE product_id = products.id);
