-- caught by: wherever the connection is cut, it is all or nothing · in the bank you can see
-- Begun too late.
UPDATE accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id;
BEGIN;
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
COMMIT;
