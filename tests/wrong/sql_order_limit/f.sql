-- caught by: the ten newest orders · when old orders have new ids
-- The id instead of the time.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY id DESC
LIMIT 10;
