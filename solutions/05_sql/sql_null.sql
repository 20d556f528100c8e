-- sql_null: NULL is unknown, not a value
--
-- NULL stands where nobody knows a value. Is an unknown phone number equal to another unknown one? Unknown: so
-- `phone = NULL` is never true, and not false either. WHERE keeps a row only if its condition is true. A backend that forgets
-- this sends no reminder, bills nobody, and reports no error.
--
--     customers (id, name, …, phone)              ->   id   name
--                                                      2    João Ferreira      … 4 rows on the visible data
--     products (id, name, …), order_items (…)     ->   id   name
--                                                      13   Wall calendar 2027 … 4 rows on the visible data
--
-- In customers, phone is NULL where nobody has asked, and '' where the customer was asked and has none. In order_items,
-- product_id is NULL where a line is no product, such as gift wrapping. The order of the rows does not matter.
-- The tables: exercises/05_sql/shop/schema.sql
--
-- Elsewhere: PostgreSQL and MySQL treat NULL in the same way. (Oracle takes '' for NULL; SQLite does not.)
--
-- Read more: https://sqlite.org/nulls.html

-- IS NULL asks whether the value is unknown, and the answer is always true or false.
SELECT id, name
FROM customers
WHERE phone IS NULL;

-- `id NOT IN (1, NULL)` asks: is it not 1, and not that unknown one? Nobody knows, so no row is kept. NOT EXISTS asks
-- whether a row is there; a line without a product equals no id, so it does no harm.
SELECT id, name
FROM products
WHERE NOT EXISTS (
    SELECT 1 FROM order_items WHERE order_items.product_id = products.id
);
