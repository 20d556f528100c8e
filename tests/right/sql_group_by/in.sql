-- IN instead of EXISTS; the groups chosen from outside.
SELECT category, orders, revenue_cents FROM (
    SELECT category, count(DISTINCT order_id) AS orders, sum(quantity * i.price_cents) AS revenue_cents
    FROM products AS p JOIN order_items AS i ON product_id = p.id
    WHERE order_id IN (SELECT order_id FROM payments)
    GROUP BY category
) AS by_category
WHERE orders > 1;
