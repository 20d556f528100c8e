-- caught by: what a customer has paid up to each payment · on the shop's data, stored in another order
-- ROWS gives each row its own place, and nothing says which of two of one moment comes first.
SELECT o.customer_id, p.id AS payment_id, p.amount_cents,
       sum(p.amount_cents) OVER (PARTITION BY o.customer_id ORDER BY p.paid_at ROWS UNBOUNDED PRECEDING) AS total_cents
FROM payments AS p JOIN orders AS o ON o.id = p.order_id;
SELECT category, name, price_cents
FROM (SELECT *, rank() OVER (PARTITION BY category ORDER BY price_cents DESC) AS place FROM products) AS placed
WHERE place <= 2;
