-- pg_isolation: what two sessions may see
--
-- A server runs many transactions at once. What one of them has read, another one may change before
-- it writes. PostgreSQL prevents that only as far as you ask for it: with a lock, with a stricter
-- isolation level, or with a single statement that reads and writes in one go.
--
-- Each scene below is played by two sessions of a real PostgreSQL, in every order in which their
-- statements can come: every interleaving. A session that has to wait for the other one waits. One
-- that is told "try again" (SQLSTATE 40001) is rolled back, and begins again when the other is done.
--
--     stock (item, quantity)    sale: A sells one lamp, B sells three; there are ten lamps
--                               ->  6 lamps are left, whoever is first
--     doctors (name, on_call)   call: Ann and Bob want to go home; each may, if somebody else stays on call
--                               ->  if these two are alone, one goes and the other one stays
--
-- What a SELECT gives is kept, as in a variable of a program: after SELECT quantity, the name
-- :quantity stands for that number. The lines `-- sale A:` and so on say whose statements follow.
--
-- Read more: https://www.postgresql.org/docs/current/transaction-iso.html

-- sale A:
BEGIN;
-- FOR UPDATE takes the row for this transaction: who also wants it waits here, and then reads the new number.
SELECT quantity FROM stock WHERE item = 'lamp' FOR UPDATE;
UPDATE stock SET quantity = :quantity - 1 WHERE item = 'lamp';
COMMIT;

-- sale B:
BEGIN;
SELECT quantity FROM stock WHERE item = 'lamp' FOR UPDATE;
UPDATE stock SET quantity = :quantity - 3 WHERE item = 'lamp';
COMMIT;

-- The two write different rows, so a lock on the row that is written stops nobody. SERIALIZABLE watches what
-- was read, too: if both have read what the other one writes, one of them is refused with 40001.

-- call A:
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT count(*) AS others FROM doctors WHERE on_call AND name <> 'Ann';
UPDATE doctors SET on_call = false WHERE name = 'Ann' AND :others > 0;
COMMIT;

-- call B:
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT count(*) AS others FROM doctors WHERE on_call AND name <> 'Bob';
UPDATE doctors SET on_call = false WHERE name = 'Bob' AND :others > 0;
COMMIT;
