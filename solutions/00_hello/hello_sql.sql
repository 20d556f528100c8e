-- hello_sql: a query is a question, and the answer is a table
--
-- A backend keeps what it must not forget in a database, and asks for it in SQL. You name the columns you
-- want, the table they are in, and the rows you mean. You never say how to find them: that is the database's work.
--
--     books (id, title, author, year)   ->   title         year
--                                            Middlemarch   1871       the book whose id is 3
--
-- The runner asks your question again on another library, so read the answer from the table.
-- All rows that you can see: exercises/00_hello/books/rows.sql
--
-- Read more: https://sqlite.org/lang_select.html

-- SELECT names the columns, in the order of the answer. WHERE looks at each row and keeps those for which the
-- condition is true; an id belongs to one row, so the answer has one row at most.
SELECT title, year
FROM books
WHERE id = 3;
