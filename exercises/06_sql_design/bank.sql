-- A small bank: accounts, and a line for each transfer. Balances are whole cents, and never below zero.

PRAGMA foreign_keys = ON;

CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY,
    owner         TEXT NOT NULL,
    balance_cents INTEGER NOT NULL CHECK (balance_cents >= 0)
);

CREATE TABLE transfers (
    id      INTEGER PRIMARY KEY,
    from_id INTEGER NOT NULL REFERENCES accounts (id),
    to_id   INTEGER NOT NULL REFERENCES accounts (id),
    cents   INTEGER NOT NULL CHECK (cents > 0)
);

INSERT INTO accounts VALUES
    (1, 'Ana Reis', 50000),
    (2, 'Luc Petit', 12000),
    (3, 'Zofia Lis', 1000);

INSERT INTO transfers VALUES (1, 1, 2, 2000);
