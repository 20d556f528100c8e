-- sql_window: a window looks at the group and keeps the row
--
-- GROUP BY makes one row of a group. A window keeps every row and lets it look at its group: what came before it, and
-- which place it has. A statement of account is such a list, and so are "the best three of each".
--
--     payments, orders   ->   customer_id   payment_id   amount_cents   total_cents
--                             1             2            4770           4770
--                             1             11           1270           6040           … 38 rows on the visible data
--     products           ->   category   name               price_cents
--                             desk       Leather desk mat   7900
--                             desk       Desk lamp          4900                       … 8 rows on the visible data
--
-- 1. Every payment with its customer and what this customer has paid up to it, this payment included. Payments go by
--    paid_at; two of the same moment by their id.
-- 2. The two dearest products of each category. Where others cost as much as the second one, they are in the list too: a
--    product is in it if fewer than two products of its category are dearer.
--
-- The order of the rows does not matter. The tables: exercises/05_sql/shop/schema.sql
--
-- Elsewhere: the same in PostgreSQL, and in MySQL from version 8.
--
-- Read more: https://sqlite.org/windowfunctions.html

-- TODO: Give each customer a total of their own, payment by payment.
SELECT orders.customer_id, payments.id AS payment_id, payments.amount_cents,
       sum(payments.amount_cents) OVER () AS total_cents
FROM payments
JOIN orders ON orders.id = payments.order_id;

-- TODO: Give the two dearest products of each category, and those that cost as much as the second one.
SELECT category, name, price_cents
FROM (
    SELECT category, name, price_cents,
           row_number() OVER (ORDER BY price_cents DESC) AS place
    FROM products
) AS placed
WHERE place <= 2;
