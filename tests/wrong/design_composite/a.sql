-- caught by: the index leads to the rows of the order list and to no others · on 50,000 orders
-- The range first: all orders of May, of all cities.
CREATE INDEX orders_by_list ON orders (placed_at, status, city);
