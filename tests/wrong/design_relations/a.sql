-- caught by: the facts of the sheet, each in its place · on the sheet you can see
-- The tags of a post as a list in one column.
CREATE TABLE authors (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE
);

CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES authors (id), title TEXT NOT NULL, tag_ids TEXT);

CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

INSERT INTO authors (name, email)
SELECT DISTINCT author, email FROM sheet ORDER BY email;

INSERT INTO tags (name)
SELECT DISTINCT tag FROM sheet WHERE tag IS NOT NULL ORDER BY tag;

INSERT INTO posts (id, author_id, title, tag_ids)
SELECT post_id, authors.id, title, group_concat(tags.id)
FROM sheet JOIN authors ON authors.email = sheet.email LEFT JOIN tags ON tags.name = sheet.tag
GROUP BY post_id;
