-- caught by: title and year of book 3 · in the library you can see
-- The year as text.
SELECT title, CAST(year AS TEXT) AS year
FROM books
WHERE id = 3;
