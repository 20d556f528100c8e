-- sql_group_by: aggregate at the right grain
--
-- Before you sum, ask what one row is. Revenue sums lines of orders; join the payments to them as well, and an order that
-- was paid in two parts has each of its lines twice. The report shows money that never came, and no error.
--
--     products, order_items, payments   ->   category   orders   revenue_cents
--                                            desk       14       34170
--                                            …          4 rows on the visible data, and none for gifts
--
-- For each category: how many orders hold products of it, and their revenue, quantity × price_cents of the lines in
-- order_items. An order counts if at least one payment is there for it. Only categories with at least two such orders.
-- The order of the rows does not matter. The tables: exercises/05_sql/shop/schema.sql
--
-- Elsewhere: PostgreSQL, and MySQL as it comes today, refuse a column in SELECT that is neither in GROUP BY nor in an
-- aggregate. SQLite takes it from any row of the group.
--
-- Read more: https://sqlite.org/lang_aggfunc.html

-- TODO: Count each line once, however many payments its order has.
-- TODO: Count orders instead of lines, and keep only the categories that are in at least two.
SELECT products.category, count(*) AS orders, sum(order_items.quantity * order_items.price_cents) AS revenue_cents
FROM order_items
JOIN products ON products.id = order_items.product_id
JOIN payments ON payments.order_id = order_items.order_id
GROUP BY products.category;
