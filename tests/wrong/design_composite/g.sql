-- caught by: the index leads to the rows of the order list and to no others · on 50,000 orders
-- The city behind the range.
CREATE INDEX orders_by_list ON orders (status, placed_at, city);
