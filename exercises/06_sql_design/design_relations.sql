-- design_relations: one fact in one place
--
-- In a flat sheet the name of an author stands in every row of hers. Whoever corrects it in some of them has made two
-- authors of one; and an author without a post has no row to stand in. So each thing gets a table of its own, and the
-- tables point to each other:
--
--     authors  --<  posts  --<  post_tags  >--  tags        one author, many posts; many posts, many tags
--
-- What the tables refuse: a post without a title or without an author; a key that points to nothing; a second tag of the
-- same name, and a tag without one; the same tag twice on a post; to delete an author who has posts, or a tag in use.
-- What they allow: two authors of the same name, for the email tells them apart; two posts with the same title; a post
-- without tags. Whoever deletes a post deletes its lines in post_tags with it.
-- The sheet: exercises/06_sql_design/blog.sql and blog_rows.sql
--
-- Elsewhere: the same in PostgreSQL and MySQL (with InnoDB). SQLite looks at foreign keys only after PRAGMA foreign_keys
-- = ON, which is done here, and lets NULL into a PRIMARY KEY of several columns, unless they are NOT NULL; the others do
-- not.
--
-- Read more: https://sqlite.org/foreignkeys.html

-- TODO: Give author_id, title, name, post_id and tag_id their types, keys and rules. The table authors is complete.
CREATE TABLE authors (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE
);

CREATE TABLE posts (
    id        INTEGER PRIMARY KEY,
    author_id,
    title
);

CREATE TABLE tags (
    id   INTEGER PRIMARY KEY,
    name
);

CREATE TABLE post_tags (
    post_id,
    tag_id
);

-- Complete: each author and each tag once.
INSERT INTO authors (name, email)
SELECT DISTINCT author, email FROM sheet ORDER BY email;

INSERT INTO tags (name)
SELECT DISTINCT tag FROM sheet WHERE tag IS NOT NULL ORDER BY tag;

-- TODO: Fill posts and post_tags from the sheet. Who wrote a post says the email.

-- Complete: the tables joined again give the sheet.
CREATE VIEW sheet_again AS
SELECT posts.id AS post_id, posts.title, authors.name AS author, authors.email, tags.name AS tag
FROM posts
JOIN authors ON authors.id = posts.author_id
LEFT JOIN post_tags ON post_tags.post_id = posts.id
LEFT JOIN tags ON tags.id = post_tags.tag_id;
