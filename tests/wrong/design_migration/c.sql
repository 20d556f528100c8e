-- caught by: the new app works as soon as it is started · on the customers you can see
-- Filled first, then the trigger: who signs up between the two is left out.
ALTER TABLE customers ADD COLUMN first_name TEXT;
ALTER TABLE customers ADD COLUMN last_name TEXT;
UPDATE customers
SET first_name = substr(name, 1, instr(name, ' ') - 1), last_name = substr(name, instr(name, ' ') + 1)
WHERE first_name IS NULL;

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

-- ---- the new app starts ----

-- ---- the old app is switched off ----

DROP TRIGGER old_to_new;
DROP TRIGGER new_to_old;
ALTER TABLE customers DROP COLUMN name;
