-- caught by: with too little money nothing is changed · in the bank you can see
-- The UPDATE asks for enough money, but nobody asks whether it changed a row.
BEGIN;
UPDATE accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id AND balance_cents >= :cents;
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
COMMIT;
