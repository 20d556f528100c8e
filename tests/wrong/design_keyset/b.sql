-- caught by: each order is on one page, ties too · when all orders share a moment
-- The time alone: orders of the same moment are lost.
SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at < :placed_at
ORDER BY placed_at DESC, id DESC
LIMIT 10;
