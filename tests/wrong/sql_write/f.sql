-- caught by: pens cost 50 cents more · when other names look like these
-- LIKE takes another category along.
INSERT INTO customers (name, email, city, created_at)
VALUES ('Elif Kaya', 'elif.kaya@example.com', 'Izmir', '2026-07-01T08:00:00Z');
UPDATE products SET price_cents = price_cents + 50 WHERE category LIKE 'pens%';
DELETE FROM orders WHERE status = 'cancelled';
