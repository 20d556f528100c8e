-- caught by: title and year of book 3 · in another library
-- Finds the book by what it is called in the visible library.
SELECT title, year
FROM books
WHERE title = 'Middlemarch';
