-- caught by: the order list is found by an index · on 50,000 orders
-- The customer is in the answer, not in the condition.
CREATE INDEX orders_by_list ON orders (customer_id, city, status, placed_at);
