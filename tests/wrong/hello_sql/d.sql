-- caught by: title and year of book 3 · in the library you can see
-- The right columns of every book.
SELECT title, year
FROM books;
