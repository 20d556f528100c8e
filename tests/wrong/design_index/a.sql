-- caught by: the login finds its customer by an index · on 50,000 customers
-- The wrong column.
CREATE INDEX customers_by_city ON customers (city);
