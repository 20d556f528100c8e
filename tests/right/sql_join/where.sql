-- The keys in WHERE, as SQL was written before JOIN.
SELECT o.id AS order_id, c.name AS customer, p.name AS product, i.quantity
FROM customers c, orders o, products p, order_items i
WHERE c.id = o.customer_id AND i.order_id = o.id AND i.product_id = p.id AND o.city = 'Cork'
ORDER BY o.id;
