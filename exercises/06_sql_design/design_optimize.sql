-- design_optimize: leave the column alone, and its index is used
--
-- The shop has indexes, and three of its queries do not use them. An index holds the values of a column in order. Once a
-- function has been put around the column, that order says nothing: SQLite has to compute it for every row, and reads
-- them all.
--
--     orders      ->   the orders placed on 31 May 2026                   200,000 steps of SQLite's machine now
--     customers   ->   the customers whose email begins with petra.         8,000
--     customers   ->   the customers of Lyon with an order since 29 June    250,000
--
-- Your queries give the same rows for at most 1/20 of the steps. Two of them can be bound from both sides with >= and <;
-- the third one begins at the wrong end. The order of the rows does not matter.
-- The indexes: email is UNIQUE, which is an index, and orders (placed_at, id), in
-- exercises/06_sql_design/big/indexes.sql.
-- The tables: exercises/05_sql/shop/schema.sql, with 50,000 orders in exercises/06_sql_design/big/orders.sql
--
-- Elsewhere: PostgreSQL and MySQL cannot use the index of a column inside a function either. LIKE 'petra.%' can use an
-- index in MySQL, in PostgreSQL only one that was made for it, and in SQLite not here, because its LIKE takes P and p for
-- the same. PostgreSQL and MySQL turn some inner queries round by themselves, EXISTS for instance.
--
-- Read more: https://use-the-index-luke.com/sql/where-clause/obfuscation

-- TODO: Give the orders of 31 May without a function around placed_at.
SELECT id, customer_id, placed_at
FROM orders
WHERE date(placed_at) = '2026-05-31';

-- TODO: Give the customers whose email begins with 'petra.' without a function around email. (In the order of letters,
-- '/' comes directly after '.'.)
SELECT id, email
FROM customers
WHERE substr(email, 1, 6) = 'petra.';

-- TODO: Begin with the few orders, not with all customers.
SELECT id, name
FROM customers
WHERE city = 'Lyon'
  AND (SELECT count(*) FROM orders WHERE orders.customer_id = customers.id AND placed_at >= '2026-06-29') > 0;
