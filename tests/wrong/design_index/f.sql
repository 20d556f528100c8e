-- caught by: the login finds its customer by an index · on 50,000 customers
-- It holds the values, but not in their order: the name comes first.
CREATE INDEX customers_by_login ON customers (name, lower(email));
