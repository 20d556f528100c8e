-- sql_write: a write changes every row its WHERE keeps
--
-- Reading a wrong row can be repaired by reading again. A write cannot: UPDATE without WHERE changes every price in the
-- shop, and the database reports success. Rows are known by their ids, so a row that is deleted and inserted anew is another
-- row, and what pointed to it points nowhere.
--
--     customers    +   'Elif Kaya', 'elif.kaya@example.com', 'Izmir', created_at '2026-07-01T08:00:00Z'
--                      nobody has asked her for a phone number; her id is the next free one, and the table finds it
--     products         each of the category 'pens' costs 50 cents more; what was ordered before keeps its price
--     orders       -   those that are cancelled; their lines go with them (see ON DELETE CASCADE in the schema)
--
-- One statement for each; all other rows stay as they are. The tables: exercises/05_sql/shop/schema.sql
--
-- Elsewhere: PostgreSQL counts ids with GENERATED … AS IDENTITY, MySQL with AUTO_INCREMENT; both fill in an id that you
-- leave out.
--
-- Read more: https://sqlite.org/lang_insert.html

-- TODO: Add Elif Kaya. Name the columns that you fill; a column that you leave out gets its default, or NULL.
INSERT INTO customers (id, name, email, city, phone, created_at)
VALUES (1, 'Elif Kaya', 'elif.kaya@example.com', 'Izmir', '', '2026-07-01T08:00:00Z');

-- TODO: Raise the prices of the category 'pens' by 50 cents, and no others.
UPDATE products
SET price_cents = price_cents + 50;

-- TODO: Delete the cancelled orders.
DELETE FROM orders
WHERE status = 'open';
