-- Sets instead of conditions.
SELECT id, name FROM customers WHERE phone ISNULL;
SELECT id, name FROM products
EXCEPT
SELECT p.id, p.name FROM products AS p JOIN order_items AS i ON i.product_id = p.id;
