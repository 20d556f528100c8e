-- caught by: each order is on one page, old ones too · when old orders have new ids
-- Both columns, each for itself: an older order with a higher id is lost.
SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at <= :placed_at AND id < :id
ORDER BY placed_at DESC, id DESC
LIMIT 10;
