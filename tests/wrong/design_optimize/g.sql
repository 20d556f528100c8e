-- caught by: the customers of Lyon with an order since 29 June cost at most 1/20 · on 50,000 orders
-- EXISTS is still asked for each customer.
SELECT id, customer_id, placed_at
FROM orders
WHERE placed_at >= '2026-05-31' AND placed_at < '2026-06-01';

SELECT id, email
FROM customers
WHERE email >= 'petra.' AND email < 'petra/';

SELECT id, name FROM customers WHERE city = 'Lyon' AND EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id AND placed_at >= '2026-06-29');
