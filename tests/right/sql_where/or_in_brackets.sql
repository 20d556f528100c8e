-- OR in brackets, and the month as the first seven characters.
SELECT id, city, placed_at
FROM orders
WHERE (city = 'Lyon' OR city = 'Porto')
  AND status = 'paid'
  AND strftime('%Y-%m', placed_at) = '2026-05'
ORDER BY placed_at;
