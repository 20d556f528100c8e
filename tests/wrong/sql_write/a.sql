-- caught by: pens cost 50 cents more · on the shop's data
-- UPDATE without WHERE.
INSERT INTO customers (name, email, city, created_at)
VALUES ('Elif Kaya', 'elif.kaya@example.com', 'Izmir', '2026-07-01T08:00:00Z');
UPDATE products SET price_cents = price_cents + 50;
DELETE FROM orders WHERE status = 'cancelled';
