-- caught by: the order list comes out of the index in its order · on 50,000 orders
-- Three indexes of one column each: SQLite takes one of them, then sorts.
CREATE INDEX orders_by_city ON orders (city);
CREATE INDEX orders_by_status ON orders (status);
CREATE INDEX orders_by_time ON orders (placed_at);
