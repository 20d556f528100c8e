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

-- TODO: Give the customers whom nobody has asked for a phone number.
SELECT id, name
FROM customers
WHERE phone = NULL;

-- TODO: Give the products that are in no order. It works on the visible data; make it work when a product_id is NULL.
SELECT id, name
FROM products
WHERE id NOT IN (SELECT product_id FROM order_items);
