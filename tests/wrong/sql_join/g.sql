-- caught by: the packing list for Cork · on the shop's data
-- The city of the customer instead of the city it is sent to.
SELECT orders.id AS order_id, customers.name AS customer, products.name AS product, order_items.quantity
FROM order_items
JOIN orders ON orders.id = order_items.order_id
JOIN customers ON customers.id = orders.customer_id
JOIN products ON products.id = order_items.product_id
WHERE customers.city = 'Cork';
