-- caught by: the new app works as soon as it is started · on the customers you can see
-- No trigger for the old app.
ALTER TABLE customers ADD COLUMN first_name TEXT;
ALTER TABLE customers ADD COLUMN last_name TEXT;
CREATE TRIGGER new_to_old AFTER INSERT ON customers WHEN NEW.name = ''
BEGIN
    UPDATE customers SET name = trim(NEW.first_name || ' ' || NEW.last_name) WHERE id = NEW.id;
END;

UPDATE customers
SET first_name = substr(name, 1, instr(name, ' ') - 1), last_name = substr(name, instr(name, ' ') + 1)
WHERE first_name IS NULL;

-- ---- the new app starts ----

-- ---- the old app is switched off ----

DROP TRIGGER new_to_old;
ALTER TABLE customers DROP COLUMN name;
