-- caught by: the ten newest orders · on the shop's data
-- DESC belongs to the id only; the time goes upwards.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY placed_at, id DESC
LIMIT 10;
