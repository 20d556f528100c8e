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

-- TODO: Ask for the title and the year, in this order, of the one book whose id is 3.
SELECT *
FROM books;
