-- caught by: customers whose email begins with petra. · when orders and names lie at the edge
-- z is not the last letter.
SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at >= '2026-05-31' AND placed_at < '2026-06-01';

SELECT id, email FROM customers WHERE email >= 'petra.' AND email < 'petra.z';

SELECT id, name
FROM customers
WHERE city = 'Lyon' AND id IN (SELECT customer_id FROM orders WHERE placed_at >= '2026-06-29');
