-- caught by: paid orders to Lyon or Porto in May 2026 · when other cities have similar names
-- LIKE finds longer names too.
SELECT id, city, placed_at
FROM orders
WHERE (city LIKE 'Lyon%' OR city LIKE 'Porto%')
  AND status = 'paid'
  AND placed_at >= '2026-05-01'
  AND placed_at < '2026-06-01';
