-- caught by: the ten newest orders · on the shop's data
-- The oldest ten.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY placed_at, id
LIMIT 10;
