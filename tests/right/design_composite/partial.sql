-- Only open orders are in the index.
CREATE INDEX open_orders ON orders (city, placed_at) WHERE status = 'open';
