-- sql_join: rows meet through keys
--
-- An order knows its customer by a number, a line of an order knows its product by a number. People read names, so nearly
-- every answer of a backend puts rows of several tables side by side. ON says which rows belong together. Two columns
-- that look alike today, such as two cities, are no key: they part ways tomorrow.
--
--     order_items, orders, customers, products   ->   order_id   customer          product        quantity
--                                                     7          Siobhan O'Brien   Fountain pen   1
--                                                     7          Siobhan O'Brien   Pen tray       2         … 7 rows
--
-- The packing list of all orders that are sent to Cork: one row for each line with a product, and the name of the
-- customer who ordered it. Lines that are no product, such as gift wrapping, are not on the list. The order of the rows
-- does not matter.
-- The tables and their keys (REFERENCES): exercises/05_sql/shop/schema.sql
--
-- Elsewhere: the same everywhere. Without ON, SQLite and MySQL pair every row with every row; PostgreSQL calls it a mistake.
--
-- Read more: https://sqlite.org/lang_select.html#the_from_clause

-- TODO: Join the customer and the product of each line through their keys, and show their names instead of their numbers.
SELECT orders.id AS order_id, orders.customer_id AS customer, order_items.product_id AS product, order_items.quantity
FROM order_items
JOIN orders
WHERE orders.city = 'Cork';
