-- A blog in one flat sheet, as somebody kept it for years: one row for each post and tag.
-- The title and the author stand there again for each tag. A post without a tag has one row, and tag is NULL.

PRAGMA foreign_keys = ON;

CREATE TABLE sheet (
    post_id INTEGER NOT NULL,
    title   TEXT NOT NULL,
    author  TEXT NOT NULL,
    email   TEXT NOT NULL,       -- belongs to one author
    tag     TEXT
);
