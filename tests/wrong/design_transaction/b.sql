-- caught by: with too little money nothing is changed · in the bank you can see
-- The error is ignored, then COMMIT: money comes out of nothing.
BEGIN;
UPDATE OR IGNORE accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id;
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
COMMIT;
