-- caught by: cancelled orders are gone · on the shop's data
-- The lines are gone, the order is still there.
INSERT INTO customers (name, email, city, created_at)
VALUES ('Elif Kaya', 'elif.kaya@example.com', 'Izmir', '2026-07-01T08:00:00Z');
UPDATE products SET price_cents = price_cents + 50 WHERE category = 'pens';
DELETE FROM order_items WHERE order_id IN (SELECT id FROM orders WHERE status = 'cancelled');
