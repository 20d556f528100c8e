-- caught by: every customer with the number of shipped orders · on the shop's data
-- A sum over no rows is NULL, not 0.
SELECT id, name, (SELECT sum(1) FROM orders WHERE customer_id = customers.id AND status = 'shipped') AS shipped
FROM customers;
