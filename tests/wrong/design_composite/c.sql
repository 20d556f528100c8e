-- caught by: the index leads to the rows of the order list and to no others · on 50,000 orders
-- A range in the middle: behind it nothing is searched.
CREATE INDEX orders_by_list ON orders (city, placed_at, status);
