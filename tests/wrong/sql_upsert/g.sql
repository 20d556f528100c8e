-- caught by: one view more, and the new number · on the shop's data, run a second time
-- The row is made new: the time when it was seen first is lost.
INSERT INTO product_views (product_id, day, views, first_seen_at)
VALUES (4, '2026-06-30', 1, '2026-06-30T09:15:00Z')
ON CONFLICT (product_id, day) DO UPDATE SET views = product_views.views + 1, first_seen_at = '2026-06-30T09:20:00Z'
RETURNING views;
