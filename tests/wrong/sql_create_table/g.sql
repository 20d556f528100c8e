-- caught by: an empty code is refused · with codes of two customers
-- NOT NULL lets the empty text pass.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL,
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses_left   INTEGER NOT NULL DEFAULT 1 CHECK (uses_left >= 0),
    valid_until TEXT,
    UNIQUE (customer_id, code)
);
