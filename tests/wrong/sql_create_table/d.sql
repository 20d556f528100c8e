-- caught by: a coupon of a customer who does not exist is refused · on the shop's data
-- A number that points nowhere.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL,
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses_left   INTEGER NOT NULL DEFAULT 1 CHECK (uses_left >= 0),
    valid_until TEXT,
    UNIQUE (customer_id, code)
);
