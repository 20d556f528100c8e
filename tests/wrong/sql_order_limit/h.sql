-- caught by: the ten newest orders · on the shop's data
-- The month decides, not the moment.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY substr(placed_at, 1, 7) DESC, customer_id DESC, id DESC
LIMIT 10;
