-- caught by: the table coupons is there · on the shop's data
-- A column with another name.
CREATE TABLE coupons (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    code        TEXT NOT NULL CHECK (code <> ''),
    percent     INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses   INTEGER NOT NULL DEFAULT 1 CHECK (uses >= 0),
    valid_until TEXT,
    UNIQUE (customer_id, code)
);
