-- Every column named, in another order, with NULL written out; the rows found by subqueries.
INSERT INTO customers (created_at, email, name, phone, city, id)
SELECT '2026-07-01T08:00:00Z', 'elif.kaya@example.com', 'Elif Kaya', NULL, 'Izmir', NULL;
UPDATE products SET price_cents = 50 + price_cents
WHERE id IN (SELECT id FROM products WHERE category IN ('pens'));
DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE NOT status <> 'cancelled') RETURNING id;
