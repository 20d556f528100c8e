-- caught by: one view more, and the new number · on the shop's data, run a second time
-- INSERT OR REPLACE deletes the row: another id, another first_seen_at, and what points to it is gone.
INSERT OR REPLACE INTO product_views (product_id, day, views, first_seen_at)
SELECT 4, '2026-06-30', 1 + coalesce((SELECT views FROM product_views WHERE product_id = 4 AND day = '2026-06-30'), 0), '2026-06-30T09:15:00Z'
RETURNING views;
