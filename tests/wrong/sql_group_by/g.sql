-- caught by: orders and revenue of each category · when the status says paid and no payment is there
-- The status instead of the payments.
SELECT p.category, count(DISTINCT i.order_id) AS orders, sum(i.quantity * i.price_cents) AS revenue_cents
FROM order_items AS i
JOIN products AS p ON p.id = i.product_id
WHERE i.order_id IN (SELECT id FROM orders WHERE status IN ('paid', 'shipped'))
GROUP BY p.category
HAVING count(DISTINCT i.order_id) >= 2;
