-- caught by: one view more, and the new number · on the shop's data, run a second time
-- Looked up first, then inserted: the second run finds the row and inserts all the same.
INSERT INTO product_views (product_id, day, views, first_seen_at)
SELECT 4, '2026-06-30', 1 + count(*), '2026-06-30T09:15:00Z' FROM product_views WHERE product_id = 4 AND day = '2026-06-30'
RETURNING views;
