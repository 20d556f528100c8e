-- caught by: the ten newest orders · when two orders share a moment
-- No tie-breaker.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY placed_at DESC
LIMIT 10;
