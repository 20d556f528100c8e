-- A new category that was sold once, for the exercises that count by category: one order with two lines of it and two payments.

INSERT INTO products (id, name, category, price_cents) VALUES
    (16, 'Gift box', 'gifts', 600);

INSERT INTO order_items (id, order_id, product_id, quantity, price_cents) VALUES
    (69, 39, 16, 1, 600),
    (70, 39, 16, 2, 600);

INSERT INTO payments (id, order_id, method, amount_cents, paid_at) VALUES
    (39, 39, 'voucher', 1800, '2026-06-30T08:15:00Z');
