-- A small library: the table, and the rows you can see.

CREATE TABLE books (
    id     INTEGER PRIMARY KEY,
    title  TEXT NOT NULL,
    author TEXT NOT NULL,
    year   INTEGER NOT NULL
);

INSERT INTO books (id, title, author, year) VALUES
    (1, 'Emma',                'Jane Austen',     1815),
    (2, 'Frankenstein',        'Mary Shelley',    1818),
    (3, 'Middlemarch',         'George Eliot',    1871),
    (4, 'The Time Machine',    'H. G. Wells',     1895),
    (5, 'A Room with a View',  'E. M. Forster',   1908);
