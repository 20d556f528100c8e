-- caught by: orders and revenue of each category · on the shop's data
-- Two one-to-many joins: each line comes once for each payment.
SELECT p.category, count(DISTINCT i.order_id) AS orders, sum(i.quantity * i.price_cents) AS revenue_cents
FROM order_items AS i
JOIN products AS p ON p.id = i.product_id
JOIN payments ON payments.order_id = i.order_id
GROUP BY p.category
HAVING count(DISTINCT i.order_id) >= 2;
