-- The rules as an index and as conditions of the table, the columns in another order, and a table that is STRICT.
CREATE TABLE "coupons" (
    code TEXT NOT NULL,
    customer_id INT NOT NULL,
    valid_until TEXT DEFAULT NULL,
    percent INT NOT NULL,
    uses_left INT DEFAULT (2 - 1) NOT NULL,
    FOREIGN KEY (customer_id) REFERENCES customers (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT sensible CHECK (length(code) > 0 AND percent > 0 AND percent < 101 AND NOT uses_left < 0)
) STRICT;
CREATE UNIQUE INDEX one_code_each ON coupons (code, customer_id);
