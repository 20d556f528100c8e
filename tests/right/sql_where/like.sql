-- The month by a pattern.
SELECT id, city, placed_at
FROM orders
WHERE placed_at LIKE '2026-05-%' AND status = 'paid' AND city IN ('Porto', 'Lyon')
