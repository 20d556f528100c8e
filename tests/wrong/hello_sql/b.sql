-- caught by: title and year of book 3 · in the library you can see
-- All columns, although two are asked for.
SELECT *
FROM books
WHERE id = 3;
