-- caught by: one index, and nothing else · on 50,000 customers
-- Everything that might help.
CREATE INDEX customers_by_email ON customers (email);
CREATE INDEX customers_by_login ON customers (lower(email));
