-- caught by: the packing list for Cork · on the shop's data
-- No ON at all: every pair.
SELECT orders.id AS order_id, customers.name AS customer, products.name AS product, order_items.quantity
FROM order_items JOIN orders JOIN customers JOIN products
WHERE orders.city = 'Cork';
