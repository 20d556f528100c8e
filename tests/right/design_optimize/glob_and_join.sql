SELECT id, customer_id, placed_at FROM orders WHERE placed_at GLOB '2026-05-31*';

SELECT id, email FROM customers WHERE email GLOB 'petra.*';

SELECT DISTINCT c.id, c.name FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE c.city = 'Lyon' AND o.placed_at >= '2026-06-29T00:00:00Z';
