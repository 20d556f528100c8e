-- caught by: customers whose email begins with petra. · on the shop's data
-- Half a range that ends where it begins; and the city was forgotten.
SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at >= '2026-05-31' AND placed_at < '2026-06-01';

SELECT id, email
FROM customers
WHERE email > 'petra.' AND email < 'petra.';

SELECT id, name
FROM customers
WHERE id IN (SELECT customer_id FROM orders WHERE placed_at >= '2026-06-29');
