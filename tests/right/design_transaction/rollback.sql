BEGIN;
UPDATE OR ROLLBACK accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id;
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
COMMIT;
