-- caught by: wherever the connection is cut, it is all or nothing · in the bank you can see
-- Two transactions: the line in transfers is left outside.
BEGIN;
UPDATE accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id;
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
COMMIT;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
