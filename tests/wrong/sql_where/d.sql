-- caught by: paid orders to Lyon or Porto in May 2026 · when the months before and after touch May
-- May of every year.
SELECT id, city, placed_at
FROM orders
WHERE city IN ('Lyon', 'Porto')
  AND status = 'paid'
  AND strftime('%m', placed_at) = '05';
