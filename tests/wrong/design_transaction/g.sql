-- caught by: a transfer of all the money is done · in the bank you can see
-- The values of one transfer.
BEGIN;
UPDATE accounts SET balance_cents = balance_cents - 3000 WHERE id = 1;
UPDATE accounts SET balance_cents = balance_cents + 3000 WHERE id = 2;
INSERT INTO transfers (from_id, to_id, cents) VALUES (1, 2, 3000);
COMMIT;
