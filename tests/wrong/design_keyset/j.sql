-- caught by: page 400 costs like page 1 · on 50,000 orders
-- Every order gets a number, on every page.
SELECT id, customer_id, placed_at
FROM (SELECT *, row_number() OVER (ORDER BY placed_at DESC, id DESC) AS place FROM orders)
WHERE place > (SELECT count(*) FROM orders WHERE (placed_at, id) >= (:placed_at, :id))
ORDER BY place
LIMIT 10;
