-- caught by: customers of Lyon with an order since 29 June · when orders and names lie at the edge
-- A join gives a customer once for each order.
SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at >= '2026-05-31' AND placed_at < '2026-06-01';

SELECT id, email
FROM customers
WHERE email >= 'petra.' AND email < 'petra/';

SELECT customers.id, name FROM orders JOIN customers ON customers.id = customer_id WHERE customers.city = 'Lyon' AND placed_at >= '2026-06-29';
