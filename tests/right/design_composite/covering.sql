-- All that the list shows is in the index.
CREATE INDEX list ON orders (city, status, placed_at, customer_id);
