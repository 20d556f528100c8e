-- sql_where: AND binds tighter than OR, and a month ends where the next one begins
--
-- Every list in a backend is a WHERE: the paid orders, of these cities, in this month. A condition that lets one row
-- too many through shows a stranger's order; one that loses the last evening of a month makes the books wrong.
--
--     orders (id, customer_id, city, status, placed_at)   ->   id   city    placed_at
--                                                              15   Lyon    2026-05-01T00:00:00Z
--                                                              29   Porto   2026-05-28T09:31:00Z    … 4 rows on the visible data
--
-- Times are texts such as '2026-05-31T18:30:00Z', all in UTC. Written this way, a later time is a greater text, so <
-- and >= compare times; and '2026-05-31' is less than any time on that day, because the shorter text comes first.
-- The order of the rows does not matter. The tables: exercises/05_sql/shop/schema.sql
-- Your first SQL? exercises/05_sql/README.md says what a statement is made of.
--
-- Elsewhere: PostgreSQL and MySQL have real types for times; the same two conditions, >= and <, work there too.
-- SQLite's and MySQL's LIKE ignores case, PostgreSQL's does not.
--
-- Read more: https://sqlite.org/lang_expr.html

-- TODO: Keep only the paid orders that go to Lyon or Porto and were placed in May 2026, all of its 31 days.
SELECT id, city, placed_at
FROM orders
WHERE city = 'Lyon';
