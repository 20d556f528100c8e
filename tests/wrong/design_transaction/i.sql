-- caught by: a transfer with enough money is done · in the bank you can see
-- A transaction in a transaction.
BEGIN;
UPDATE accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id;
BEGIN;
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
COMMIT;
COMMIT;
