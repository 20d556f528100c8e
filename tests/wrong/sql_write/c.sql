-- caught by: a new customer is added · when the ids are others
-- An id that is free on the visible data.
INSERT INTO customers (id, name, email, city, created_at)
VALUES (13, 'Elif Kaya', 'elif.kaya@example.com', 'Izmir', '2026-07-01T08:00:00Z');
UPDATE products SET price_cents = price_cents + 50 WHERE category = 'pens';
DELETE FROM orders WHERE status = 'cancelled';
