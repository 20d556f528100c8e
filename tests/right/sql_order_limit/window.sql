-- Each row gets its number first.
SELECT id, customer_id, placed_at
FROM (
    SELECT *, row_number() OVER (ORDER BY placed_at DESC, id DESC) AS place
    FROM orders
)
WHERE place <= 10
ORDER BY place;
