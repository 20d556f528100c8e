-- One count for each customer.
SELECT id, name, (SELECT count(*) FROM orders WHERE customer_id = customers.id AND status = 'shipped') AS shipped
FROM customers;
