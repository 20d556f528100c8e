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

-- A key says where a fact stands; REFERENCES sees to it that it is there, and NOT NULL that there is one. An author with
-- posts cannot be deleted, for nothing is said about ON DELETE; the lines of a post go with it, for they say nothing
-- without it. The pair is the key of post_tags, so a tag is on a post once.
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

-- The sheet has a post once for each tag; DISTINCT makes one row of them. The email finds the author, for two may have
-- one name.
INSERT INTO posts (id, author_id, title)
SELECT DISTINCT sheet.post_id, authors.id, sheet.title
FROM sheet JOIN authors ON authors.email = sheet.email;

-- Rows whose tag is NULL meet no tag, so a post without tags has no line here.
INSERT INTO post_tags (post_id, tag_id)
SELECT sheet.post_id, tags.id
FROM sheet JOIN tags ON tags.name = sheet.tag;

CREATE VIEW sheet_again AS
SELECT posts.id AS post_id, posts.title, authors.name AS author, authors.email, tags.name AS tag
FROM posts
JOIN authors ON authors.id = posts.author_id
LEFT JOIN post_tags ON post_tags.post_id = posts.id
LEFT JOIN tags ON tags.id = post_tags.tag_id;
