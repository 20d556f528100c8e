-- caught by: each order is on one page · on the shop's data
-- The wrong way round: from the oldest on.
SELECT id, customer_id, placed_at
FROM orders
WHERE (placed_at, id) > (:placed_at, :id)
ORDER BY placed_at, id
LIMIT 10;
