-- caught by: the ten newest orders · on the shop's data
-- The right order, and all of the table.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY placed_at DESC, id DESC;
