-- caught by: customers whom nobody has asked for a phone number · on the shop's data
-- NOT turns unknown into unknown.
SELECT id, name
FROM customers
WHERE NOT (phone <> NULL);

SELECT id, name
FROM products
WHERE NOT EXISTS (SELECT 1 FROM order_items WHERE product_id = products.id);
