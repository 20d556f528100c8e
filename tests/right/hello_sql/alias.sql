-- Another way: an alias for the table, IN with one value, capitals, no semicolon at the end.
select b.TITLE as title, b.year
from books as b
where b.id in (3)
