-- caught by: products that are in no order · on the shop's data
-- <> NULL is never true, so the list is empty and every product is kept.
SELECT id, name
FROM customers
WHERE phone IS NULL;

SELECT id, name
FROM products
WHERE id NOT IN (SELECT product_id FROM order_items WHERE product_id <> NULL);
