-- caught by: a coupon without a percent is refused · on the shop's data
-- CHECK without NOT NULL.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER CHECK (percent BETWEEN 1 AND 100),
    uses_left   INTEGER NOT NULL DEFAULT 1 CHECK (uses_left >= 0),
    valid_until TEXT,
    UNIQUE (customer_id, code)
);
