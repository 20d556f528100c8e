SELECT id, customer_id, placed_at FROM orders WHERE placed_at BETWEEN '2026-05-31' AND '2026-05-31T23:59:59Z' ORDER BY id;

SELECT id, email
FROM customers
WHERE email >= 'petra.' AND email < 'petra/';

WITH late AS (SELECT DISTINCT customer_id FROM orders WHERE placed_at > '2026-06-29') SELECT id, name FROM late JOIN customers ON id = customer_id WHERE city = 'Lyon';
