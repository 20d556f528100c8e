-- caught by: a coupon with the least that is needed is taken · on the shop's data
-- No DEFAULT, so NOT NULL refuses what should be taken.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses_left   INTEGER NOT NULL CHECK (uses_left >= 0),
    valid_until TEXT,
    UNIQUE (customer_id, code)
);
