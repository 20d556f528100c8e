-- caught by: products that are in no order · on the shop's data
-- Only the first question is answered.
SELECT id, name
FROM customers
WHERE phone IS NULL;

