-- sql_order_limit: a page needs a total order
--
-- "The ten newest orders" is the first screen of every shop. A table has no order of its own, so without ORDER BY the
-- ten are any ten. And where two orders share a moment, ORDER BY that moment leaves their places open: the same
-- request may give one of them today and the other tomorrow, and a reader who turns the page sees a row twice or never.
--
--     orders (id, customer_id, city, status, placed_at)   ->   id   customer_id   placed_at
--                                                              40   5             2026-06-29T21:31:00Z
--                                                              39   1             2026-06-29T14:05:00Z    … 10 rows
--
-- Newest first; of orders placed at the same moment, the one with the higher id first. Fewer than ten if there are fewer.
-- The tables: exercises/05_sql/shop/schema.sql
--
-- Elsewhere: PostgreSQL and MySQL know LIMIT too; the SQL standard writes FETCH FIRST 10 ROWS ONLY. PostgreSQL puts
-- NULL first where you order downwards, SQLite and MySQL put it last. No time is NULL here.
--
-- Read more: https://sqlite.org/lang_select.html#the_order_by_clause

-- Two orders may share a moment, but never an id: with the id at the end, no two rows can change places. DESC belongs
-- to one column only, so it is written twice. LIMIT takes its ten rows after the ordering.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY placed_at DESC, id DESC
LIMIT 10;
