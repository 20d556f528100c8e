-- caught by: the old app works until it is switched off · when names have one part or three
-- The old column is put together anew, and a name without a blank gets one.
ALTER TABLE customers ADD COLUMN first_name TEXT;
ALTER TABLE customers ADD COLUMN last_name TEXT;
CREATE TRIGGER old_to_new AFTER INSERT ON customers WHEN NEW.first_name IS NULL
BEGIN
    UPDATE customers
    SET first_name = substr(name, 1, instr(name, ' ') - 1), last_name = substr(name, instr(name, ' ') + 1)
    WHERE id = NEW.id;
END;

CREATE TRIGGER new_to_old AFTER INSERT ON customers WHEN NEW.name = ''
BEGIN
    UPDATE customers SET name = trim(NEW.first_name || ' ' || NEW.last_name) WHERE id = NEW.id;
END;

UPDATE customers
SET first_name = substr(name, 1, instr(name, ' ') - 1), last_name = substr(name, instr(name, ' ') + 1)
WHERE first_name IS NULL;
UPDATE customers SET name = first_name || ' ' || last_name;

-- ---- the new app starts ----

-- ---- the old app is switched off ----

DROP TRIGGER old_to_new;
DROP TRIGGER new_to_old;
ALTER TABLE customers DROP COLUMN name;
