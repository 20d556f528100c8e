-- caught by: title and year of book 3 · in another library
-- The third row, whatever its id is.
SELECT title, year
FROM books
ORDER BY id
LIMIT 1 OFFSET 2;
