-- sql_upsert: insert or update in one statement
--
-- "Is there a row? Then add one, else insert it" takes two statements, and between the two another request does the same: a view is
-- lost, or the second INSERT fails. One statement with ON CONFLICT leaves the question to the database, which lets nobody in
-- between. The row stays where it is, with its id and with everything that points to it.
--
--     a view of product 4, 2026-06-30T09:15:00Z   ->   views          no row for this product and day: a row with 1 view, first seen now
--                                                      1              there is one: one view more, first_seen_at as it was
--
-- Count this view on the day 2026-06-30, and give back the new number of views, in one statement. The runner runs your file
-- three times on each data set: three views. The tables: exercises/05_sql/shop/schema.sql and views.sql
--
-- Elsewhere: PostgreSQL has the same statement; there the columns between the brackets of ON CONFLICT must be named, and in SET the
-- old value needs its table: product_views.views. MySQL writes ON DUPLICATE KEY UPDATE, and has no RETURNING.
--
-- Read more: https://sqlite.org/lang_upsert.html

-- The brackets name the UNIQUE rule that the row may run into. DO UPDATE changes that row in place: its id, its first_seen_at and
-- the rows of view_sources that point to it stay. `product_views.views` is the value in the table; `excluded.views` would be the
-- one that could not be inserted.
INSERT INTO product_views (product_id, day, views, first_seen_at)
VALUES (4, '2026-06-30', 1, '2026-06-30T09:15:00Z')
ON CONFLICT (product_id, day) DO UPDATE SET views = product_views.views + 1
RETURNING views;
