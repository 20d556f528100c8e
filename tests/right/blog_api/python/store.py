"""Everything that is kept: SQLite, one connection, one lock. Every statement is counted."""
import json
import re
import sqlite3
import threading

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
    author TEXT NOT NULL, published INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS posts_published ON posts (published, id);
CREATE INDEX IF NOT EXISTS posts_author ON posts (author, published, id);
CREATE TABLE IF NOT EXISTS tags (
    tag TEXT NOT NULL, post INTEGER NOT NULL, PRIMARY KEY (tag, post)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tags_post ON tags (post, tag);
CREATE TABLE IF NOT EXISTS comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    post INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS comments_post ON comments (post, id);
"""


class Store:
    def __init__(self, path):
        self.lock = threading.RLock()
        self.local = threading.local()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(SCHEMA)
        self.lists = {}

    # -- counting
    def start(self):
        self.local.n = 0

    def count(self):
        return getattr(self.local, "n", 0)

    def q(self, sql, *args):
        self.local.n = self.count() + 1
        return self.db.execute(sql, args)

    def write(self):
        return Write(self)

    # -- posts
    POST = ("SELECT p.id, p.slug, p.title, p.text, p.author, p.published, "
            "(SELECT count(*) FROM comments c WHERE c.post = p.id) AS comments FROM posts p ")

    @staticmethod
    def as_post(row, tags):
        return {"slug": row["slug"], "title": row["title"], "text": row["text"], "tags": tags,
                "author": row["author"], "published": bool(row["published"]),
                "comments": row["comments"]}

    def row(self, slug):
        return self.q(self.POST + "WHERE p.slug = ?", slug).fetchone()

    def tags_of(self, id):
        return [r[0] for r in self.q("SELECT tag FROM tags WHERE post = ? ORDER BY tag", id)]

    def full(self, row):
        return self.as_post(row, self.tags_of(row["id"]))

    def free_slug(self, title):
        low = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in title)
        base = re.sub(r"[^a-z0-9]+", "-", low).strip("-") or "post"
        taken = {r[0] for r in self.q(
            "SELECT slug FROM posts WHERE slug = ? OR (slug > ? AND slug < ?)",
            base, base + "-", base + ".")}
        slug, n = base, 1
        while slug in taken:
            n += 1
            slug = f"{base}-{n}"
        return slug

    def set_tags(self, id, tags):
        self.q("DELETE FROM tags WHERE post = ?", id)
        if tags:
            self.q("INSERT INTO tags (tag, post) SELECT value, ? FROM json_each(?)",
                   id, json.dumps(tags))

    def make(self, title, text, tags, author):
        slug = self.free_slug(title)
        id = self.q("INSERT INTO posts (slug, title, text, author) VALUES (?, ?, ?, ?)",
                    slug, title, text, author).lastrowid
        if tags:
            self.set_tags(id, tags)
        return self.as_post({"slug": slug, "title": title, "text": text, "author": author,
                             "published": 0, "comments": 0}, tags)

    def change(self, row, title, text, published, tags):
        self.q("UPDATE posts SET title = ?, text = ?, published = ? WHERE id = ?",
               title, text, int(published), row["id"])
        if tags is not None:
            self.set_tags(row["id"], tags)

    def delete(self, id):
        self.q("DELETE FROM comments WHERE post = ?", id)
        self.q("DELETE FROM tags WHERE post = ?", id)
        self.q("DELETE FROM posts WHERE id = ?", id)

    def page(self, limit, tag, before, drafts_of):
        where, args = [], []
        if drafts_of is None:
            where.append("p.published = 1")
        else:
            where.append("p.published = 0 AND p.author = ?")
            args.append(drafts_of)
        if tag is not None:
            where.append("p.id IN (SELECT post FROM tags WHERE tag = ?)")
            args.append(tag)
        if before is not None:
            where.append("p.id < ?")
            args.append(before)
        rows = self.q(self.POST + "WHERE " + " AND ".join(where) + " ORDER BY p.id DESC LIMIT ?",
                      *args, limit + 1).fetchall()
        more, rows = len(rows) > limit, rows[:limit]
        tags = {r["id"]: [] for r in rows}
        if rows:
            for post, name in self.q("SELECT post, tag FROM tags WHERE post IN "
                                     "(SELECT value FROM json_each(?)) ORDER BY tag",
                                     json.dumps(list(tags))):
                tags[post].append(name)
        return [self.as_post(r, tags[r["id"]]) for r in rows], (rows[-1]["id"] if more else None)

    # -- comments
    def comment(self, post, author, text):
        return self.q("INSERT INTO comments (post, author, text) VALUES (?, ?, ?)",
                      post, author, text).lastrowid

    def comments(self, post):
        return [dict(r) for r in self.q(
            "SELECT id, author, text FROM comments WHERE post = ? ORDER BY id", post)]

    def one_comment(self, post, id):
        return self.q("SELECT id, author FROM comments WHERE post = ? AND id = ?",
                      post, id).fetchone()

    def drop_comment(self, id):
        self.q("DELETE FROM comments WHERE id = ?", id)


class Write:
    """A transaction under the lock; afterwards every kept list is gone."""

    def __init__(self, store):
        self.s = store

    def __enter__(self):
        self.s.lock.acquire()
        try:
            self.s.db.execute("BEGIN IMMEDIATE")
        except BaseException:
            self.s.lock.release()
            raise

    def __exit__(self, kind, *_):
        try:
            self.s.db.execute("COMMIT" if kind is None else "ROLLBACK")
            if kind is None:
                self.s.lists.clear()
        finally:
            self.s.lock.release()
