BEGIN IMMEDIATE TRANSACTION;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
UPDATE accounts SET balance_cents = balance_cents + CASE id WHEN :from_id THEN -:cents ELSE :cents END
WHERE id IN (:from_id, :to_id);
END;
