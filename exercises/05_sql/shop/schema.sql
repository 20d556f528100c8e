-- The shop: five tables that serve the chapters 05 and 06.
--
--   customers  --<  orders  --<  order_items  >--  products
--                   orders  --<  payments
--
-- Prices and amounts are whole cents. Times are text in UTC, as in '2026-05-31T18:30:00Z':
-- written this way, times in order are also texts in order.

PRAGMA foreign_keys = ON;

CREATE TABLE customers (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL UNIQUE,
    city       TEXT NOT NULL,
    phone      TEXT,                       -- NULL: nobody has asked; '': asked, and there is none
    created_at TEXT NOT NULL
);

CREATE TABLE products (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    category    TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0)
);

CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    city        TEXT NOT NULL,             -- where it is sent
    status      TEXT NOT NULL CHECK (status IN ('open', 'paid', 'shipped', 'cancelled')),
    placed_at   TEXT NOT NULL
);

-- One line of an order. product_id is NULL when the line is no product, such as gift wrapping.
CREATE TABLE order_items (
    id          INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    product_id  INTEGER REFERENCES products (id),
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0)   -- for one piece, on the day of the order
);

-- An order may be paid in several parts; a refund is an amount below zero.
CREATE TABLE payments (
    id           INTEGER PRIMARY KEY,
    order_id     INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    method       TEXT NOT NULL CHECK (method IN ('card', 'transfer', 'voucher')),
    amount_cents INTEGER NOT NULL,
    paid_at      TEXT NOT NULL
);
