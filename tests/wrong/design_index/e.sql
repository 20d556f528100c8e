-- caught by: one index, and nothing else · on 50,000 customers
-- The emails are written anew for everybody.
UPDATE customers SET email = lower(email);
CREATE INDEX customers_by_login ON customers (lower(email));
