-- caught by: each order is on one page, old ones too · when old orders have new ids
-- The id alone.
SELECT id, customer_id, placed_at
FROM orders
WHERE id < :id
ORDER BY placed_at DESC, id DESC
LIMIT 10;
