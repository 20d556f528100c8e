-- caught by: a post without an author is refused · on the sheet you can see
-- Types, and no rules at all.
CREATE TABLE authors (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE
);

CREATE TABLE posts (
    id        INTEGER PRIMARY KEY,
    author_id INTEGER,
    title     TEXT
);

CREATE TABLE tags (
    id   INTEGER PRIMARY KEY,
    name TEXT
);

CREATE TABLE post_tags (
    post_id INTEGER,
    tag_id  INTEGER
);

INSERT INTO authors (name, email)
SELECT DISTINCT author, email FROM sheet ORDER BY email;

INSERT INTO tags (name)
SELECT DISTINCT tag FROM sheet WHERE tag IS NOT NULL ORDER BY tag;

INSERT INTO posts (id, author_id, title)
SELECT DISTINCT sheet.post_id, authors.id, sheet.title
FROM sheet JOIN authors ON authors.email = sheet.email;

INSERT INTO post_tags (post_id, tag_id)
SELECT sheet.post_id, tags.id
FROM sheet JOIN tags ON tags.name = sheet.tag;

CREATE VIEW sheet_again AS
SELECT posts.id AS post_id, posts.title, authors.name AS author, authors.email, tags.name AS tag
FROM posts
JOIN authors ON authors.id = posts.author_id
LEFT JOIN post_tags ON post_tags.post_id = posts.id
LEFT JOIN tags ON tags.id = post_tags.tag_id;
