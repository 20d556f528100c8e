-- The pair is unique, the rules stand in lines of their own, the fills go other ways.
CREATE TABLE authors (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE
);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL, title VARCHAR(200) NOT NULL,
    FOREIGN KEY (author_id) REFERENCES authors ON DELETE RESTRICT
);
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE NOT NULL, UNIQUE (name));
CREATE TABLE post_tags (
    post_id INT NOT NULL, tag_id INT NOT NULL,
    UNIQUE (tag_id, post_id),
    FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    FOREIGN KEY (tag_id) REFERENCES tags (id)
);
INSERT INTO authors (name, email)
SELECT DISTINCT author, email FROM sheet ORDER BY email;

INSERT INTO tags (name)
SELECT DISTINCT tag FROM sheet WHERE tag IS NOT NULL ORDER BY tag;

INSERT INTO posts
SELECT post_id, (SELECT id FROM authors WHERE authors.email = sheet.email), title FROM sheet GROUP BY post_id, title, email;
INSERT INTO post_tags
SELECT DISTINCT post_id, (SELECT id FROM tags WHERE name = tag) FROM sheet WHERE tag IS NOT NULL;
CREATE VIEW sheet_again AS
SELECT posts.id AS post_id, posts.title, authors.name AS author, authors.email, tags.name AS tag
FROM posts
JOIN authors ON authors.id = posts.author_id
LEFT JOIN post_tags ON post_tags.post_id = posts.id
LEFT JOIN tags ON tags.id = post_tags.tag_id;
