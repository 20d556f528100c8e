-- caught by: products that are in no order · on the shop's data
-- NOT EXISTS asks about any line at all, not about a line with this product.
SELECT id, name
FROM customers
WHERE phone IS NULL;

SELECT id, name
FROM products
WHERE NOT EXISTS (SELECT 1 FROM order_items);
