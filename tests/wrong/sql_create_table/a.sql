-- caught by: a coupon of more than 100 percent is refused · on the shop's data
-- No CHECK on percent.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER NOT NULL,
    uses_left   INTEGER NOT NULL DEFAULT 1 CHECK (uses_left >= 0),
    valid_until TEXT,
    UNIQUE (customer_id, code)
);
