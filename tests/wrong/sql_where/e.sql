-- caught by: paid orders to Lyon or Porto in May 2026 · when the months before and after touch May
-- BETWEEN that takes the first moment of June along.
SELECT id, city, placed_at
FROM orders
WHERE city IN ('Lyon', 'Porto')
  AND status = 'paid'
  AND placed_at BETWEEN '2026-05-01' AND '2026-06-01T00:00:00Z';
