-- caught by: no order is shown twice while new ones come in · on the shop's data
-- OFFSET: it counts, and the count changes.
SELECT id, customer_id, placed_at
FROM orders
ORDER BY placed_at DESC, id DESC
LIMIT 10 OFFSET 10 * (:page - 1);
