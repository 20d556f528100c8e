SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at < :placed_at OR (placed_at = :placed_at AND id < :id)
ORDER BY placed_at DESC, id DESC
LIMIT 10;
