-- First one row for each order and category, then one for each category.
WITH by_order AS (
    SELECT p.category, i.order_id, sum(i.quantity * i.price_cents) AS cents
    FROM order_items AS i JOIN products AS p ON p.id = i.product_id
    WHERE (SELECT count(*) FROM payments WHERE payments.order_id = i.order_id) > 0
    GROUP BY p.category, i.order_id
)
SELECT category, count(*) AS orders, sum(cents) AS revenue_cents
FROM by_order GROUP BY category HAVING count(*) >= 2 ORDER BY category;
