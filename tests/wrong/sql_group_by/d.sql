-- caught by: orders and revenue of each category · on the shop's data
-- sum(DISTINCT) repairs the join and loses equal lines.
SELECT p.category, count(DISTINCT i.order_id) AS orders, sum(DISTINCT i.quantity * i.price_cents) AS revenue_cents
FROM order_items AS i
JOIN products AS p ON p.id = i.product_id
JOIN payments ON payments.order_id = i.order_id
GROUP BY p.category
HAVING count(DISTINCT i.order_id) >= 2;
