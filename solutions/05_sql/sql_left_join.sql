-- sql_left_join: keep the ones with no match
--
-- JOIN gives pairs, so a customer without an order is in no row. In a list of customers that is a hole nobody sees: the
-- very people the shop wants to write to are missing. LEFT JOIN keeps each row of the table on its left; where nothing
-- matches, the columns of the right table are NULL.
--
--     customers, orders   ->   id   name             shipped
--                              1    Amélie Laurent   2
--                              4    Marek Nowak      0          … 12 rows on the visible data, one for each customer
--
-- Every customer with the number of their orders that are shipped, zero included. The order of the rows does not matter.
-- The tables: exercises/05_sql/shop/schema.sql
--
-- Elsewhere: the same in PostgreSQL and MySQL.
--
-- Read more: https://sqlite.org/lang_select.html#the_from_clause

-- The condition on the orders belongs to ON: it says which orders match. In WHERE it would come too late, after the join,
-- and throw the rows with NULL out again. count(orders.id) counts the values that are not NULL; count(*) counts rows, also
-- the one that stands for "no order".
SELECT customers.id, customers.name, count(orders.id) AS shipped
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id
                AND orders.status = 'shipped'
GROUP BY customers.id, customers.name;
