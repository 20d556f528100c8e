-- caught by: orders and revenue of each category · on the shop's data
-- WHERE where HAVING is needed.
SELECT p.category, count(DISTINCT i.order_id) AS orders, sum(i.quantity * i.price_cents) AS revenue_cents
FROM order_items AS i
JOIN products AS p ON p.id = i.product_id
WHERE count(DISTINCT i.order_id) >= 2
GROUP BY p.category;
