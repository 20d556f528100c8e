-- caught by: products that are in no order · when a line of an order has no product
-- NOT IN with a NULL in the list keeps nothing.
SELECT id, name
FROM customers
WHERE phone IS NULL;

SELECT id, name
FROM products
WHERE id NOT IN (SELECT product_id FROM order_items);
