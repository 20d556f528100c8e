-- caught by: each order is on one page · on the shop's data
-- A parameter that nobody fills.
SELECT id, customer_id, placed_at
FROM orders
WHERE (placed_at, id) < (:created_at, :id)
ORDER BY placed_at DESC, id DESC
LIMIT 10;
