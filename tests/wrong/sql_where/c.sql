-- caught by: paid orders to Lyon or Porto in May 2026 · when an order falls on the last day
-- Ends half a minute before the month does.
SELECT id, city, placed_at
FROM orders
WHERE city IN ('Lyon', 'Porto')
  AND status = 'paid'
  AND placed_at >= '2026-05-01'
  AND placed_at <= '2026-05-31T23:59:30Z';
