-- caught by: no more statements than asked for
SELECT title, year FROM books WHERE id = 3;
SELECT title, year FROM books WHERE id = 4;
