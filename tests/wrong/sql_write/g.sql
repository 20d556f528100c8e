-- caught by: pens cost 50 cents more · when the ids are others
-- The new prices, calculated by hand.
INSERT INTO customers (name, email, city, created_at)
VALUES ('Elif Kaya', 'elif.kaya@example.com', 'Izmir', '2026-07-01T08:00:00Z');
UPDATE products SET price_cents = CASE id WHEN 4 THEN 3540 WHEN 5 THEN 340 ELSE 1200 END WHERE category = 'pens';
DELETE FROM orders WHERE status = 'cancelled';
