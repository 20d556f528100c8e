-- caught by: a new customer is added · on the shop's data
-- An empty text where nobody has asked.
INSERT INTO customers (name, email, city, phone, created_at)
VALUES ('Elif Kaya', 'elif.kaya@example.com', 'Izmir', '', '2026-07-01T08:00:00Z');
UPDATE products SET price_cents = price_cents + 50 WHERE category = 'pens';
DELETE FROM orders WHERE status = 'cancelled';
