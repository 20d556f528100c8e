-- caught by: title and year of book 3 · in another library
-- The answer is written down instead of asked for.
SELECT 'Middlemarch' AS title, 1871 AS year;
