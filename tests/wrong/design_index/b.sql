-- caught by: the login finds its customer by an index · on 50,000 customers
-- The column alone, while the query asks for lower(email).
CREATE INDEX customers_by_email ON customers (email);
