-- Without windows: a sum of what came before, and a count of what is dearer.
SELECT o.customer_id, p.id AS payment_id, p.amount_cents, (
    SELECT sum(before.amount_cents)
    FROM payments AS before JOIN orders AS theirs ON theirs.id = before.order_id
    WHERE theirs.customer_id = o.customer_id
      AND (before.paid_at < p.paid_at OR (before.paid_at = p.paid_at AND before.id <= p.id))
) AS total_cents
FROM payments AS p JOIN orders AS o ON o.id = p.order_id;
SELECT category, name, price_cents FROM products AS p
WHERE (SELECT count(*) FROM products AS dearer WHERE dearer.category = p.category AND dearer.price_cents > p.price_cents) < 2;
