-- The names fetched one by one.
SELECT order_id,
       (SELECT name FROM customers WHERE id = orders.customer_id) AS customer,
       (SELECT name FROM products WHERE id = product_id) AS product,
       quantity
FROM orders JOIN order_items ON order_id = orders.id
WHERE city = 'Cork' AND product_id IS NOT NULL;
