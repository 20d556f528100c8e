-- 50,000 customers. A recursive query counts, and each number becomes a row; nobody has to type them.

WITH RECURSIVE numbers (n) AS (
    SELECT 1
    UNION ALL
    SELECT n + 1 FROM numbers WHERE n < 50000
)
INSERT INTO customers (id, name, email, city, phone, created_at)
SELECT
    n,
    'Customer ' || n,
    'Customer' || n || '@example.com',
    CASE n % 5 WHEN 0 THEN 'Lyon' WHEN 1 THEN 'Porto' WHEN 2 THEN 'Oslo' WHEN 3 THEN 'Gdansk' ELSE 'Turin' END,
    NULL,
    strftime('%Y-%m-%dT%H:%M:%SZ', 1704067200 + n * 1200, 'unixepoch')      -- from 2024-01-01, one every 20 minutes
FROM numbers;
