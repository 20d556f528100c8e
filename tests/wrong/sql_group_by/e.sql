-- caught by: orders and revenue of each category · on the shop's data
-- Today's price instead of the price on the day of the order.
SELECT p.category, count(DISTINCT i.order_id) AS orders, sum(i.quantity * p.price_cents) AS revenue_cents
FROM order_items AS i
JOIN products AS p ON p.id = i.product_id
WHERE EXISTS (SELECT 1 FROM payments WHERE payments.order_id = i.order_id)
GROUP BY p.category
HAVING count(DISTINCT i.order_id) >= 2;
