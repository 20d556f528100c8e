-- caught by: paid orders to Lyon or Porto in May 2026 · when an order falls on the last day
-- BETWEEN ends when the last day begins.
SELECT id, city, placed_at
FROM orders
WHERE city IN ('Lyon', 'Porto')
  AND status = 'paid'
  AND placed_at BETWEEN '2026-05-01' AND '2026-05-31';
