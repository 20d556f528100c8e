-- The row made by a query, the update with a condition.
INSERT INTO product_views (product_id, day, views, first_seen_at)
SELECT id, '2026-06-30', 1, '2026-06-30T09:15:00Z' FROM products WHERE id = 4
ON CONFLICT (product_id, day) DO UPDATE SET views = product_views.views + 1 WHERE product_views.id > 0
RETURNING product_views.views AS views;
