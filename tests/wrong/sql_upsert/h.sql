-- caught by: one view more, and the new number · on the shop's data
-- UPDATE alone finds no row at the first view.
UPDATE product_views SET views = views + 1 WHERE product_id = 4 AND day = '2026-06-30' RETURNING views;
