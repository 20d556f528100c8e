-- caught by: each order is on one page · on the shop's data
-- The key, and the number of the page too.
SELECT id, customer_id, placed_at
FROM orders
WHERE (placed_at, id) < (:placed_at, :id)
ORDER BY placed_at DESC, id DESC
LIMIT 10 OFFSET (:page - 1) * 10;
