-- caught by: pens cost 50 cents more · on the shop's data
-- The name of the product is asked instead of its category: Pen tray is no pen.
INSERT INTO customers (name, email, city, created_at)
VALUES ('Elif Kaya', 'elif.kaya@example.com', 'Izmir', '2026-07-01T08:00:00Z');
UPDATE products SET price_cents = price_cents + 50 WHERE name LIKE '%pen%';
DELETE FROM orders WHERE status = 'cancelled';
