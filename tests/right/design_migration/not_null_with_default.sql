-- NOT NULL from the start, with a default that says: not filled yet.
ALTER TABLE customers ADD COLUMN last_name TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN first_name TEXT NOT NULL DEFAULT '';

CREATE TRIGGER new_to_old AFTER INSERT ON customers WHEN NEW.name = ''
BEGIN
    UPDATE customers SET name = trim(NEW.first_name || ' ' || NEW.last_name) WHERE id = NEW.id;
END;

CREATE TRIGGER old_to_new AFTER INSERT ON customers WHEN NEW.last_name = ''
BEGIN
    UPDATE customers
    SET first_name = substr(name, 1, instr(name, ' ') - 1), last_name = substr(name, instr(name, ' ') + 1)
    WHERE id = NEW.id;
END;

UPDATE customers
SET first_name = substr(name, 1, instr(name, ' ') - 1), last_name = substr(name, instr(name, ' ') + 1)
WHERE last_name = '';

-- ---- the new app starts ----

-- ---- the old app is switched off ----

BEGIN;
DROP TRIGGER old_to_new;
DROP TRIGGER new_to_old;
ALTER TABLE customers DROP COLUMN name;
COMMIT;
