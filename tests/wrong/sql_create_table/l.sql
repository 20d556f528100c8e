-- caught by: a coupon with the least that is needed is taken · on the shop's data
-- Everything is NOT NULL.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses_left   INTEGER NOT NULL DEFAULT 1 CHECK (uses_left >= 0),
    valid_until TEXT NOT NULL,
    UNIQUE (customer_id, code)
);
