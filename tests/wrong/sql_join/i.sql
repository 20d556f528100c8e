-- caught by: the packing list for Cork · when somebody sends a present to Cork
-- The customer who is right on the visible data.
SELECT orders.id AS order_id, customers.name AS customer, products.name AS product, order_items.quantity
FROM order_items
JOIN orders ON orders.id = order_items.order_id
JOIN customers ON customers.id = (SELECT min(id) FROM customers WHERE city = 'Cork')
JOIN products ON products.id = order_items.product_id
WHERE orders.city = 'Cork';
