-- caught by: the order list comes out of the index in its order · on 50,000 orders
-- The filter without the sorting.
CREATE INDEX orders_by_list ON orders (city, status);
