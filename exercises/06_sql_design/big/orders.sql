-- 2,000 customers and 50,000 orders from July 2024 to June 2026. A recursive query counts, and each number becomes a row.
--
-- The ids do not follow the times: the orders came in from several shops. 7 in 100 are open.

WITH RECURSIVE numbers (n) AS (
    SELECT 1
    UNION ALL
    SELECT n + 1 FROM numbers WHERE n < 2000
)
INSERT INTO customers (id, name, email, city, phone, created_at)
SELECT
    n,
    'Customer ' || n,
    CASE n % 40 WHEN 0 THEN 'anna.' WHEN 1 THEN 'joao.' WHEN 2 THEN 'petra.' ELSE 'customer' END || n || '@example.com',
    CASE n % 5 WHEN 0 THEN 'Lyon' WHEN 1 THEN 'Porto' WHEN 2 THEN 'Oslo' WHEN 3 THEN 'Gdansk' ELSE 'Turin' END,
    NULL,
    '2024-06-01T08:00:00Z'
FROM numbers;

WITH RECURSIVE numbers (n) AS (
    SELECT 1
    UNION ALL
    SELECT n + 1 FROM numbers WHERE n < 50000
)
INSERT INTO orders (id, customer_id, city, status, placed_at)
SELECT
    n,
    1 + n * 37 % 2000,
    CASE n * 13 % 11
        WHEN 0 THEN 'Lyon' WHEN 1 THEN 'Porto' WHEN 2 THEN 'Oslo' WHEN 3 THEN 'Gdansk' WHEN 4 THEN 'Turin' WHEN 5 THEN 'Cork'
        WHEN 6 THEN 'Malmo' WHEN 7 THEN 'Ljubljana' WHEN 8 THEN 'Graz' WHEN 9 THEN 'Ghent' ELSE 'Riga'
    END,
    CASE WHEN n * 61 % 100 < 7 THEN 'open' WHEN n * 61 % 100 < 12 THEN 'cancelled' WHEN n * 61 % 100 < 70 THEN 'shipped' ELSE 'paid' END,
    strftime('%Y-%m-%dT%H:%M:%SZ', 1719792000 + n * 7919 % 50000 * 1261, 'unixepoch')   -- from 2024-07-01 on, one every 21 minutes
FROM numbers;
