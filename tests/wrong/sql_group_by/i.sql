-- caught by: orders and revenue of each category · on the shop's data
-- Without GROUP BY everything is one group, also when there is nothing.
SELECT products.category,
       count(DISTINCT order_items.order_id) AS orders,
       sum(order_items.quantity * order_items.price_cents) AS revenue_cents
FROM order_items
JOIN products ON products.id = order_items.product_id
WHERE EXISTS (SELECT 1 FROM payments WHERE payments.order_id = order_items.order_id);
