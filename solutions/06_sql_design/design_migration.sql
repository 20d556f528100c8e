-- design_migration: change a schema while programs work on it
--
-- A name has to become two columns, and the shop never closes. While the new program is started, the old one still runs;
-- for some minutes both write into the same table. So the schema first grows until it serves both, and only shrinks when
-- the old program is off: expand, then contract.
--
--     customers (id, name, email)    ->   customers (id, email, first_name, last_name), with nobody lost
--     'Ana Reis'                     ->   substr(name, 1, instr(name, ' ') - 1)  and  substr(name, instr(name, ' ') + 1)
--
--     the old app sends    INSERT INTO customers (name, email) VALUES (…)
--                          SELECT email, name FROM customers
--     the new app sends    INSERT INTO customers (first_name, last_name, email) VALUES (…)
--                          SELECT email, first_name, last_name FROM customers
--
-- After each of your statements the runner lets every app that is on at that moment sign somebody up and read the list.
-- Each app has to see everybody, whoever signed them up. The two lines with ---- say when an app starts or stops; leave
-- them in their order. The first blank divides a name; one without a blank is a last name, with '' before it.
-- The table: exercises/06_sql_design/live.sql
--
-- Elsewhere: PostgreSQL's ALTER TABLE waits for running transactions and holds up everybody behind it, so large tables
-- are filled in small steps. In PostgreSQL and MySQL a BEFORE INSERT trigger can set NEW.first_name itself; in SQLite an
-- AFTER trigger updates the row.
--
-- Read more: https://martinfowler.com/bliki/ParallelChange.html

-- New columns may be NULL at first: the rows that are there have no value for them yet, and the old app does not know
-- them.
ALTER TABLE customers ADD COLUMN first_name TEXT;
ALTER TABLE customers ADD COLUMN last_name TEXT;

-- Whoever signs up with the old app from now on has both names at once. This comes before the filling: who came between
-- the two would be left out.
CREATE TRIGGER old_to_new AFTER INSERT ON customers WHEN NEW.first_name IS NULL
BEGIN
    UPDATE customers
    SET first_name = substr(name, 1, instr(name, ' ') - 1), last_name = substr(name, instr(name, ' ') + 1)
    WHERE id = NEW.id;
END;

-- Whoever signs up with the new app has a name for the old one too. (This one is complete.)
CREATE TRIGGER new_to_old AFTER INSERT ON customers WHEN NEW.name = ''
BEGIN
    UPDATE customers SET name = trim(NEW.first_name || ' ' || NEW.last_name) WHERE id = NEW.id;
END;

-- Everybody who was there before. Who has come since then has both names already.
UPDATE customers
SET first_name = substr(name, 1, instr(name, ' ') - 1), last_name = substr(name, instr(name, ' ') + 1)
WHERE first_name IS NULL;

-- ---- the new app starts ----

-- ---- the old app is switched off ----

-- Nobody reads or writes name any more. The triggers name it, so they go first.
DROP TRIGGER old_to_new;
DROP TRIGGER new_to_old;
ALTER TABLE customers DROP COLUMN name;
