-- caught by: the tables joined again give the sheet · on the sheet you can see
-- The view went with a rewrite of the file.
CREATE TABLE authors (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE
);

CREATE TABLE posts (
    id        INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    title     TEXT NOT NULL
);

CREATE TABLE tags (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE post_tags (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    tag_id  INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (post_id, tag_id)
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
