-- The payments made one row for each order before they are joined.
WITH paid AS (SELECT DISTINCT order_id FROM payments)
SELECT p.category, count(DISTINCT paid.order_id) AS orders, sum(i.price_cents * i.quantity) AS revenue_cents
FROM paid
JOIN order_items AS i ON i.order_id = paid.order_id
JOIN products AS p ON p.id = i.product_id
GROUP BY p.category
HAVING count(DISTINCT paid.order_id) > 1;
