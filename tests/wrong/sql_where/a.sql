-- caught by: paid orders to Lyon or Porto in May 2026 · on the shop's data
-- OR without brackets: every order to Lyon, whatever its status and month.
SELECT id, city, placed_at
FROM orders
WHERE city = 'Lyon' OR city = 'Porto'
  AND status = 'paid'
  AND placed_at >= '2026-05-01'
  AND placed_at < '2026-06-01';
