-- caught by: each order is on one page · on the shop's data
-- The last row of the page before comes again.
SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at <= :placed_at
ORDER BY placed_at DESC, id DESC
LIMIT 10;
