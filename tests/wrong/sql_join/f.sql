-- caught by: the packing list for Cork · on the shop's data
-- One ON is missing; each line meets every product.
SELECT orders.id AS order_id, customers.name AS customer, products.name AS product, order_items.quantity
FROM order_items
JOIN orders ON orders.id = order_items.order_id
JOIN customers ON customers.id = orders.customer_id
JOIN products
WHERE orders.city = 'Cork';
