-- caught by: customers whom nobody has asked for a phone number · on the shop's data
-- NULL and the empty text thrown together.
SELECT id, name
FROM customers
WHERE coalesce(phone, '') = '';

SELECT id, name
FROM products
WHERE NOT EXISTS (SELECT 1 FROM order_items WHERE product_id = products.id);
