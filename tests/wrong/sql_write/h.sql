-- caught by: cancelled orders are gone · on the shop's data
-- Everything that is not paid is thrown away.
INSERT INTO customers (name, email, city, created_at)
VALUES ('Elif Kaya', 'elif.kaya@example.com', 'Izmir', '2026-07-01T08:00:00Z');
UPDATE products SET price_cents = price_cents + 50 WHERE category = 'pens';
DELETE FROM orders WHERE status <> 'paid';
