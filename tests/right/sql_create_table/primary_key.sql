-- The pair as the key, and several CHECKs.
CREATE TABLE IF NOT EXISTS coupons (
    customer_id INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE,
    code VARCHAR(40) NOT NULL CHECK (code != ''),
    percent INTEGER NOT NULL CHECK (percent >= 1) CHECK (percent <= 100),
    uses_left INTEGER NOT NULL DEFAULT 1 CHECK (uses_left > -1),
    valid_until TIMESTAMP,
    PRIMARY KEY (code, customer_id)
);
