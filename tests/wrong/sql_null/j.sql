-- caught by: products that are in no order · when there are neither customers nor orders
-- The four ids that are right on the visible data.
SELECT id, name
FROM customers
WHERE phone IS NULL;

SELECT id, name
FROM products
WHERE id IN (10, 13, 14, 15);
