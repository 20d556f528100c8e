-- caught by: page 400 costs like page 1 · on 50,000 orders
-- A function around the columns of the index: all orders are read for each page.
SELECT id, customer_id, placed_at
FROM orders
WHERE (datetime(placed_at), id) < (datetime(:placed_at), :id)
ORDER BY datetime(placed_at) DESC, id DESC
LIMIT 10;
