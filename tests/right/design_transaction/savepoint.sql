-- A savepoint outside a transaction is one.
SAVEPOINT transfer;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
UPDATE accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id;
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
RELEASE transfer;
