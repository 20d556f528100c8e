-- caught by: the ten newest orders · when two orders share a moment
-- The tie is settled, but the other way round: DESC belongs to one column.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY placed_at DESC, id
LIMIT 10;
