-- caught by: products that are in no order · on the shop's data
-- The join is kept the wrong way round: products that are in an order.
SELECT id, name
FROM customers
WHERE phone IS NULL;

SELECT DISTINCT products.id, products.name
FROM products LEFT JOIN order_items ON order_items.product_id = products.id
WHERE order_items.id IS NOT NULL;
