-- The indexes that the shop has already; email is UNIQUE, so it has one too.
CREATE INDEX orders_by_time ON orders (placed_at, id);
