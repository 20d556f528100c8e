-- caught by: the old app works until it is switched off · on the customers you can see
-- Renamed in place: the old app does not find its column.
ALTER TABLE customers RENAME COLUMN name TO first_name;
ALTER TABLE customers ADD COLUMN last_name TEXT NOT NULL DEFAULT '';
UPDATE customers SET last_name = substr(first_name, instr(first_name, ' ') + 1), first_name = substr(first_name, 1, instr(first_name, ' ') - 1);

-- ---- the new app starts ----

-- ---- the old app is switched off ----
