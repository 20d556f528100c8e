-- caught by: the packing list for Cork · on the shop's data
-- Two numbers, and no key: the id of the line is not the id of the product.
SELECT orders.id AS order_id, customers.name AS customer, products.name AS product, order_items.quantity
FROM order_items
JOIN orders ON orders.id = order_items.order_id
JOIN customers ON customers.id = orders.customer_id
JOIN products ON products.id = order_items.id
WHERE orders.city = 'Cork';
