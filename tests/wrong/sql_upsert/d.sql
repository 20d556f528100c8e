-- caught by: one view more, and the new number · on the shop's data, run a second time
-- DO NOTHING counts nothing, and gives nothing back.
INSERT INTO product_views (product_id, day, views, first_seen_at)
VALUES (4, '2026-06-30', 1, '2026-06-30T09:15:00Z')
ON CONFLICT (product_id, day) DO NOTHING
RETURNING views;
