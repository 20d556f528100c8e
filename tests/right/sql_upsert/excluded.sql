-- The 1 that could not be inserted, added to what is there; no columns named, and another name for the table.
INSERT INTO product_views AS v (first_seen_at, views, day, product_id)
VALUES ('2026-06-30T09:15:00Z', 1, '2026-06-30', 4)
ON CONFLICT DO UPDATE SET views = v.views + excluded.views
RETURNING views;
