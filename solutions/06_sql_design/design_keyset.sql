-- design_keyset: turn the page by a key, not by a count
--
-- "Page 400" can mean "skip 3,990 rows", or "go on behind the last row you have shown". Skipped rows are read all the
-- same, so every page costs more than the one before. And the count is wrong as soon as somebody writes: after a new
-- order the last row of page 1 is the first one of page 2, and the reader sees it twice; after a deleted one a row is on
-- no page at all.
--
--     the last row of the page before   ->   the next ten orders
--     :placed_at, :id                        id   customer_id   placed_at
--     '2026-06-01T07:20:00Z', 33             32   8             2026-05-31T18:30:00Z   … 10 rows
--
-- Newest first; of two orders of one moment, the one with the higher id first. The runner fills :placed_at and :id with
-- the last row of your page before, and :page with the number of the page. For page 1 they are '9999-12-31T23:59:59Z' and
-- the highest number there is. There is an index on orders (placed_at, id): exercises/06_sql_design/big/indexes.sql
-- The tables: exercises/05_sql/shop/schema.sql
--
-- Elsewhere: (a, b) < (x, y) compares rows in PostgreSQL and MySQL too; MySQL may not use an index for it, there you
-- write it out with OR.
--
-- Read more: https://use-the-index-luke.com/no-offset

-- The rows behind the last one are those that are less than it, by both columns of the order: first the time, and where
-- the times are equal the id. The index goes to that place at once, however far it is, and others may write before it.
SELECT id, customer_id, placed_at
FROM orders
WHERE (placed_at, id) < (:placed_at, :id)
ORDER BY placed_at DESC, id DESC
LIMIT 10;
