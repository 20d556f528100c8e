-- caught by: a coupon cannot be used once too often · with numbers at their limits
-- sql_create_table: a schema refuses bad data
--
-- A backend has bugs, old versions that still run, and colleagues with a console. The table is the one place that all of
-- them pass: a rule that stands there holds for every row. A rule in the program holds until the next program writes.
--
--     coupons   customer_id   whose coupon it is: the id of one of the customers, always there
--               code          such as 'SPRING' or '0042': always there, never the empty text. A customer has a code
--                             once; two customers may have the same code
--               percent       how much it takes off, from 1 to 100, always there
--               uses_left     how often it may still be used, always there, never below 0; 1 if an INSERT does not say
--               valid_until   a time such as '2026-12-31T00:00:00Z'; NULL if the coupon never ends
--
-- The runner then tries to write good rows and bad ones; the table itself has to refuse the bad ones.
-- The other tables: exercises/05_sql/shop/schema.sql
--
-- Elsewhere: PostgreSQL and MySQL hold a column to its type. SQLite writes the text 'ten' into an INTEGER column, unless
-- a CHECK refuses it or the word STRICT ends the table. MySQL before 8.0.16 reads CHECK and forgets it.
--
-- Read more: https://sqlite.org/lang_createtable.html

-- NOT NULL stands beside CHECK, because a CHECK that comes out as unknown lets the row pass: NULL is not above 100.
-- UNIQUE over two columns: the pair is there once, and each of the two may come again.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses_left   INTEGER NOT NULL DEFAULT 1,
    valid_until TEXT,
    UNIQUE (customer_id, code)
);
