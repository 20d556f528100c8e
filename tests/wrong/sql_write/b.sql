-- caught by: pens cost 50 cents more · on the shop's data
-- The rows are written anew, with new ids.
INSERT INTO customers (name, email, city, created_at)
VALUES ('Elif Kaya', 'elif.kaya@example.com', 'Izmir', '2026-07-01T08:00:00Z');
INSERT OR REPLACE INTO products (name, category, price_cents)
SELECT name, category, price_cents + 50 FROM products WHERE category = 'pens';
DELETE FROM orders WHERE status = 'cancelled';
