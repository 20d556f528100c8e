-- The rows of the sheet that you can see.

INSERT INTO sheet (post_id, title, author, email, tag) VALUES
    (1, 'Why your query is slow', 'Zofia Lis', 'zofia.lis@example.com', 'sql'),
    (1, 'Why your query is slow', 'Zofia Lis', 'zofia.lis@example.com', 'indexes'),
    (2, 'Sockets by hand', 'Luc Petit', 'luc.petit@example.com', 'network'),
    (3, 'Two sessions, one row', 'Zofia Lis', 'zofia.lis@example.com', 'sql'),
    (3, 'Two sessions, one row', 'Zofia Lis', 'zofia.lis@example.com', 'transactions'),
    (4, 'Hello', 'Ana Reis', 'ana.reis@example.com', NULL),
    (5, 'What a proxy does', 'Luc Petit', 'luc.petit@example.com', 'network'),
    (5, 'What a proxy does', 'Luc Petit', 'luc.petit@example.com', 'http');
