-- caught by: orders of 31 May · when orders and names lie at the edge
-- The first moment of June comes along.
SELECT id, customer_id, placed_at FROM orders WHERE placed_at BETWEEN '2026-05-31' AND '2026-06-01T00:00:00Z';

SELECT id, email
FROM customers
WHERE email >= 'petra.' AND email < 'petra/';

SELECT id, name
FROM customers
WHERE city = 'Lyon' AND id IN (SELECT customer_id FROM orders WHERE placed_at >= '2026-06-29');
