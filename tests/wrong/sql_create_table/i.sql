-- caught by: the same code for the same customer is refused · on the shop's data
-- IGNORE takes the row and throws it away: the program believes it is there.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses_left   INTEGER NOT NULL DEFAULT 1 CHECK (uses_left >= 0),
    valid_until TEXT,
    UNIQUE (customer_id, code) ON CONFLICT IGNORE
);
