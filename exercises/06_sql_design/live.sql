-- The customers of a shop that is open day and night. A name stands in one column.

CREATE TABLE customers (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL UNIQUE
);

INSERT INTO customers (id, name, email) VALUES
    (1, 'Ana Reis', 'ana.reis@example.com'),
    (2, 'Luc Petit', 'luc.petit@example.com'),
    (3, 'Siobhan O''Brien', 'siobhan.obrien@example.com'),
    (4, 'Zofia Lis', 'zofia.lis@example.com');
