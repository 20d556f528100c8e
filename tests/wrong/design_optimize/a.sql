-- caught by: the orders of 31 May cost at most 1/20 · on 50,000 orders
-- Another function around the column.
SELECT id, customer_id, placed_at FROM orders WHERE substr(placed_at, 1, 10) = '2026-05-31';

SELECT id, email
FROM customers
WHERE email >= 'petra.' AND email < 'petra/';

SELECT id, name
FROM customers
WHERE city = 'Lyon' AND id IN (SELECT customer_id FROM orders WHERE placed_at >= '2026-06-29');
