"""blog_api in Python, as far as its first stage, with nothing but the standard library: http.server for the wire, sqlite3 for the posts."""

import json
import os
import re
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

database = sqlite3.connect(os.environ.get("DATABASE_FILE", "blog.db"), check_same_thread=False, isolation_level=None)
database.row_factory = sqlite3.Row
database.executescript(
    """CREATE TABLE IF NOT EXISTS posts (
        id INTEGER PRIMARY KEY AUTOINCREMENT, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
        tags TEXT NOT NULL, author TEXT NOT NULL, published INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS comments (
        id INTEGER PRIMARY KEY AUTOINCREMENT, post INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL);"""
)
# One request at a time: to look for a free slug and to take it is one step.
turn = threading.Lock()
PEOPLE = {}
for entry in os.environ.get("TOKENS", "").split(","):
    if entry.count(":") == 2:
        token, name, role = entry.split(":")
        PEOPLE[token] = (name, role)

ROUTES = [
    ("/posts", {"GET": "posts", "POST": "add_post"}),
    ("/posts/([^/]+)", {"GET": "post", "PATCH": "change_post", "DELETE": "remove_post"}),
    ("/posts/([^/]+)/comments", {"GET": "comments", "POST": "add_comment"}),
    ("/posts/([^/]+)/comments/([^/]+)", {"DELETE": "remove_comment"}),
]


class Fault(Exception):
    pass


def rows(sql, *values):
    return [dict(row) for row in database.execute(sql, values).fetchall()]


def text(value, least, most):
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise Fault(422)
    return value


def tags(value):
    is_right = isinstance(value, list) and len(value) <= 10
    if not is_right or not all(isinstance(tag, str) and re.fullmatch("[a-z0-9-]{1,30}", tag) for tag in value):
        raise Fault(422)
    return json.dumps(sorted(set(value)))


def truth(value):
    if not isinstance(value, bool):
        raise Fault(422)
    return int(value)


RULES = {"title": lambda value: text(value, 1, 200), "text": lambda value: text(value, 0, 20_000), "tags": tags, "published": truth}


def shown(post):
    [count] = rows("SELECT count(*) AS n FROM comments WHERE post = ?", post["id"])
    fields = {name: post[name] for name in ("slug", "title", "text", "author")}
    return fields | {"tags": json.loads(post["tags"]), "published": bool(post["published"]), "comments": count["n"]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {}
        try:
            with turn:
                status, value, *headers = self.routed()
            headers = headers[0] if headers else {}
        except Fault as fault:
            status, value, headers = fault.args[0], {"error": "that did not work"}, {}
        answer = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if answer:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

    def routed(self):
        url = urlsplit(self.path)
        self.query = parse_qs(url.query)
        for pattern, methods in ROUTES:
            found = re.fullmatch(pattern, url.path)
            if found:
                self.name, self.role = self.who()
                if self.command not in methods:
                    raise Fault(405)
                if self.command != "GET" and self.name is None:
                    raise Fault(401)
                return getattr(self, methods[self.command])(*found.groups())
        raise Fault(404)

    def who(self):
        header = self.headers.get("Authorization")
        if header is None:
            return None, None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or token not in PEOPLE:
            raise Fault(401)
        return PEOPLE[token]

    def find(self, slug):
        found = rows("SELECT * FROM posts WHERE slug = ?", slug)
        if not found or not (found[0]["published"] or found[0]["author"] == self.name or self.role == "editor"):
            raise Fault(404)
        return found[0]

    def fields(self):
        try:
            fields = json.loads(self.body)
        except ValueError:
            raise Fault(400) from None
        if not isinstance(fields, dict):
            raise Fault(422)
        return fields

    def posts(self):
        posts = [shown(post) for post in rows("SELECT * FROM posts WHERE published ORDER BY id DESC")]
        for tag in self.query.get("tag", []):
            posts = [post for post in posts if tag in post["tags"]]
        return 200, {"posts": posts, "next": None}

    def add_post(self):
        fields = {"text": "", "tags": []} | self.fields()
        if "title" not in fields:
            raise Fault(422)
        title, words, kept = (RULES[name](fields[name]) for name in ("title", "text", "tags"))
        lower = title.translate({upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)})
        first = re.sub("[^a-z0-9]+", "-", lower).strip("-") or "post"
        slug, number = first, 1
        while rows("SELECT 1 FROM posts WHERE slug = ?", slug):
            number += 1
            slug = f"{first}-{number}"
        sql = "INSERT INTO posts (slug, title, text, tags, author) VALUES (?, ?, ?, ?, ?) RETURNING *"
        [post] = rows(sql, slug, title, words, kept, self.name)
        return 201, shown(post), {"Location": f"/posts/{slug}"}

    def post(self, slug):
        return 200, shown(self.find(slug))

    def change_post(self, slug):
        post, fields = self.find(slug), self.fields()
        post.update({name: rule(fields[name]) for name, rule in RULES.items() if name in fields})
        sql = "UPDATE posts SET title = ?, text = ?, tags = ?, published = ? WHERE id = ?"
        rows(sql, post["title"], post["text"], post["tags"], post["published"], post["id"])
        return 200, shown(post)

    def remove_post(self, slug):
        post = self.find(slug)
        rows("DELETE FROM comments WHERE post = ?", post["id"])
        rows("DELETE FROM posts WHERE id = ?", post["id"])
        return 204, None

    def comments(self, slug):
        return 200, {"comments": rows("SELECT id, author, text FROM comments WHERE post = ? ORDER BY id", self.find(slug)["id"])}

    def add_comment(self, slug):
        post = self.find(slug)
        words = text(self.fields().get("text"), 1, 2_000)
        [comment] = rows("INSERT INTO comments (post, author, text) VALUES (?, ?, ?) RETURNING id, author, text", post["id"], self.name, words)
        return 201, comment

    def remove_comment(self, slug, id):
        deleted = rows("DELETE FROM comments WHERE post = ? AND id = ? RETURNING id", self.find(slug)["id"], id)
        if not deleted:
            raise Fault(404)
        return 204, None

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256


Server(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Handler).serve_forever()
