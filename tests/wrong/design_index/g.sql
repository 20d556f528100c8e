-- caught by: the login finds its customer by an index · on 50,000 customers
-- Case is ignored when it compares, but it is not the query's expression.
CREATE INDEX customers_by_login ON customers (email COLLATE NOCASE);
