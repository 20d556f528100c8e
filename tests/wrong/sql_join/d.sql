-- caught by: the packing list for Cork · when lines are no products
-- LEFT JOIN keeps the gift wrapping.
SELECT orders.id AS order_id, customers.name AS customer, products.name AS product, order_items.quantity
FROM order_items
JOIN orders ON orders.id = order_items.order_id
JOIN customers ON customers.id = orders.customer_id
LEFT JOIN products ON products.id = order_items.product_id
WHERE orders.city = 'Cork';
