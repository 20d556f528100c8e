-- caught by: paid orders to Lyon or Porto in May 2026 · on the shop's data
-- `city = 'Lyon' OR 'Porto'` compares nothing with 'Porto'.
SELECT id, city, placed_at
FROM orders
WHERE (city = 'Lyon' OR 'Porto')
  AND status = 'paid'
  AND placed_at >= '2026-05-01'
  AND placed_at < '2026-06-01';
