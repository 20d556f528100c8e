-- caught by: 1 percent, not to be used any more, until a day, is taken · with numbers at their limits
-- Greater than 0 where 0 is allowed.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses_left   INTEGER NOT NULL DEFAULT 1 CHECK (uses_left > 0),
    valid_until TEXT,
    UNIQUE (customer_id, code)
);
