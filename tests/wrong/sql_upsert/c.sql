-- caught by: one view more, and the new number · on the shop's data
-- Two statements: the question first.
SELECT views FROM product_views WHERE product_id = 4 AND day = '2026-06-30';
INSERT INTO product_views (product_id, day, views, first_seen_at)
VALUES (4, '2026-06-30', 1, '2026-06-30T09:15:00Z')
RETURNING views;
