-- caught by: the packing list for Cork · on the shop's data
-- A price is no key: two inks cost the same, and prices change.
SELECT orders.id AS order_id, customers.name AS customer, products.name AS product, order_items.quantity
FROM order_items
JOIN orders ON orders.id = order_items.order_id
JOIN customers ON customers.id = orders.customer_id
JOIN products ON products.price_cents = order_items.price_cents
WHERE orders.city = 'Cork';
