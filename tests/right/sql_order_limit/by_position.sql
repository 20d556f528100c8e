-- Columns by their position.
SELECT id, customer_id, placed_at FROM orders ORDER BY 3 DESC, 1 DESC LIMIT 10 OFFSET 0
