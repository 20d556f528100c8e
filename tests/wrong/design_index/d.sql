-- caught by: the login finds its customer by an index · on 50,000 customers
-- Another expression than the query's.
CREATE INDEX customers_by_login ON customers (upper(email));
