-- caught by: a transfer with enough money is done · in the bank you can see
-- Rolled back in every case.
BEGIN;
UPDATE accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id;
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
ROLLBACK;
