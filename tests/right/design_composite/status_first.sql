-- Two equal conditions may change places, and the time may go downwards.
CREATE INDEX orders_by_list ON orders (status, city, placed_at DESC);
