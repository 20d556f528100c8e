-- sql_upsert: insert or update in one statement
--
-- "Is there a row? Then add one, else insert it" takes two statements, and between the two another request does the same:
-- a view is lost, or the second INSERT fails. One statement leaves the question to the database, which lets nobody in
-- between; and the row stays where it is, with its id and with everything that points to it.
--
--     in product_views, for product 4 and the day 2026-06-30   ->   after a view at 09:15                      views
--         no row                                                    a row, first seen 2026-06-30T09:15:00Z     1
--         a row with 41 views, first seen at 06:30                  the same row, still first seen at 06:30    42
--
-- Count this view and give back the new number, in one statement. Your file is run three times on each data set: that is
-- three views. The tables: exercises/05_sql/shop/schema.sql and views.sql
--
-- Elsewhere: PostgreSQL has the same statement, if ON CONFLICT names its columns and SET names the table of the old value,
-- product_views.views. MySQL writes ON DUPLICATE KEY UPDATE, and has no RETURNING.
--
-- Read more: https://sqlite.org/lang_upsert.html

-- The brackets name the UNIQUE rule that the row may run into. DO UPDATE changes that row in place: its id, its
-- first_seen_at and the rows of view_sources that point to it stay. `product_views.views` is the value in the table;
-- `excluded.views` would be the one that could not be inserted.
INSERT INTO product_views (product_id, day, views, first_seen_at)
VALUES (4, '2026-06-30', 1, '2026-06-30T09:15:00Z')
ON CONFLICT (product_id, day) DO UPDATE SET views = product_views.views + 1
RETURNING views;
