-- caught by: one view more, and the new number · on the shop's data
-- Counted, and the number is not given back.
INSERT INTO product_views (product_id, day, views, first_seen_at)
VALUES (4, '2026-06-30', 1, '2026-06-30T09:15:00Z')
ON CONFLICT (product_id, day) DO UPDATE SET views = product_views.views + 1;
