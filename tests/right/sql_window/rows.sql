-- A window with a name, counted in rows; the places by a common table expression.
SELECT o.customer_id, p.id AS payment_id, p.amount_cents, sum(p.amount_cents) OVER account AS total_cents
FROM orders AS o JOIN payments AS p ON p.order_id = o.id
WINDOW account AS (PARTITION BY o.customer_id ORDER BY p.paid_at, p.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
ORDER BY 1, 2;
WITH placed AS (
    SELECT p.*, count(*) OVER (PARTITION BY category ORDER BY price_cents DESC RANGE UNBOUNDED PRECEDING)
              - count(*) OVER (PARTITION BY category, price_cents) AS dearer
    FROM products AS p
)
SELECT category, name, price_cents FROM placed WHERE dearer < 2;
