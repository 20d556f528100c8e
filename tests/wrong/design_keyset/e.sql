-- caught by: page 400 costs like page 1 · on 50,000 orders
-- The place is found by counting: right, and slow far behind.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY placed_at DESC, id DESC
LIMIT 10 OFFSET (SELECT count(*) FROM orders WHERE (placed_at, id) >= (:placed_at, :id));
