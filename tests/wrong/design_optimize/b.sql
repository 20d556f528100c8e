-- caught by: orders of 31 May · on the shop's data
-- The day ends when it begins.
SELECT id, customer_id, placed_at FROM orders WHERE placed_at >= '2026-05-31' AND placed_at <= '2026-05-31';

SELECT id, email
FROM customers
WHERE email >= 'petra.' AND email < 'petra/';

SELECT id, name
FROM customers
WHERE city = 'Lyon' AND id IN (SELECT customer_id FROM orders WHERE placed_at >= '2026-06-29');
