-- caught by: the ten newest orders · on the shop's data
-- The newest ten, turned round.
SELECT * FROM (
    SELECT id, customer_id, placed_at FROM orders ORDER BY placed_at DESC, id DESC LIMIT 10
)
ORDER BY placed_at, id;
