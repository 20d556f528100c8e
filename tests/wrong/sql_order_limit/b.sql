-- caught by: the ten newest orders · on the shop's data
-- LIMIT without ORDER BY: any ten.
SELECT id, customer_id, placed_at
FROM orders
LIMIT 10;
