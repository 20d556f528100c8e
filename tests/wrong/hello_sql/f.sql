-- caught by: title and year of book 3 · in the library you can see
-- Double quotes: that is a name of a column, not a text.
SELECT title, year
FROM books
WHERE title = "Middlemarch";
