-- caught by: the emails that begin with petra. cost at most 1/20 · on 50,000 orders
-- LIKE reads every row, because it does not tell P from p.
SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at >= '2026-05-31' AND placed_at < '2026-06-01';

SELECT id, email FROM customers WHERE email LIKE 'petra.%' AND substr(email, 1, 1) = 'p';

SELECT id, name
FROM customers
WHERE city = 'Lyon' AND id IN (SELECT customer_id FROM orders WHERE placed_at >= '2026-06-29');
