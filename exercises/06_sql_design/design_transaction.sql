-- design_transaction: all or nothing
--
-- A transfer takes from one account, gives to another, and is written down. Between two of these steps a rule can refuse
-- one, the program can be killed, the cable can be pulled. Without a transaction each statement is final at once, and
-- what was done before the break stays: money is gone, or there is some that nobody has paid in. With one, nothing counts
-- before COMMIT.
--
--     :from_id = 1, :to_id = 2, :cents = 3000    ->   account 1 has 3000 less, account 2 has 3000 more, one line in transfers
--     anything goes wrong                        ->   everything is as it was
--
-- A program fills :from_id, :to_id and :cents, and sends these statements one by one. At the first error it stops and
-- hangs up; what was begun and not committed is then taken back by the database. The runner does so with enough money and
-- with too little, with an account that is not there, and cuts the connection after each statement.
-- The tables and their rules: exercises/06_sql_design/bank.sql
--
-- Elsewhere: the same in PostgreSQL (BEGIN) and MySQL (START TRANSACTION). After an error inside a transaction,
-- PostgreSQL refuses everything but ROLLBACK; SQLite and MySQL would let you go on and commit half of it, so the program
-- has to stop by itself.
--
-- Read more: https://sqlite.org/lang_transaction.html

-- TODO: Make these three statements one transaction. Their text stays, their order may change.
UPDATE accounts SET balance_cents = balance_cents + :cents WHERE id = :to_id;
UPDATE accounts SET balance_cents = balance_cents - :cents WHERE id = :from_id;
INSERT INTO transfers (from_id, to_id, cents) VALUES (:from_id, :to_id, :cents);
