"""blog_api in Python: one lock around one SQLite connection, and lists that are kept as the bytes that were sent."""
import hashlib
import json
import os
import re
import signal
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from openapi import DOC
from render import Renderer
from store import Store

MAX_BODY = 4 << 20


class Stop(Exception):
    def __init__(self, status, why="", **headers):
        self.status, self.why, self.headers = status, why, headers


def tokens(text):
    out = {}
    for part in filter(None, text.split(",")):
        token, name, role = part.split(":")
        out[token] = (name, role)
    return out


STORE = Store(os.environ["DATABASE_FILE"])
RENDER = Renderer(os.environ.get("UPSTREAM_URL", ""))
TOKENS = tokens(os.environ.get("TOKENS", ""))

ROUTES = [
    (r"/posts", {"GET": "list_posts", "POST": "make_post"}),
    (r"/posts/([^/]+)", {"GET": "read_post", "PATCH": "change_post", "DELETE": "delete_post"}),
    (r"/posts/([^/]+)/comments", {"GET": "list_comments", "POST": "make_comment"}),
    (r"/posts/([^/]+)/comments/([^/]+)", {"DELETE": "delete_comment"}),
    (r"/posts/([^/]+)/html", {"GET": "html"}),
    (r"/openapi\.json", {"GET": "openapi"}),
]


# -- rules
def text_of(v, low, high, what):
    if not isinstance(v, str) or not low <= len(v) <= high:
        raise Stop(422, f"{what}: a text of {low} to {high} characters")
    try:
        v.encode()
    except UnicodeEncodeError:
        raise Stop(422, f"{what}: half a character")
    return v


def tags_of(v):
    if not isinstance(v, list) or len(v) > 10:
        raise Stop(422, "tags: a list of at most 10")
    for t in v:
        if not isinstance(t, str) or not re.fullmatch(r"[a-z0-9-]{1,30}", t):
            raise Stop(422, "tags: 1 to 30 of a to z, 0 to 9 and -")
    return sorted(set(v))


def sees(who, row):
    """A draft is there for its author and for editors."""
    return row["published"] or owns(who, row)


def owns(who, row):
    if who is None:
        return False
    name, role = who
    return role == "editor" or (role == "author" and name == row["author"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 120

    def log_message(self, *a):
        pass

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.handle_it
        raise AttributeError(name)

    # -- one request
    def handle_it(self):
        STORE.start()
        self.raw = self.bad_body = None
        try:
            self.read_body()
            status, headers, body = self.dispatch()
        except Stop as s:
            status, headers = s.status, dict(s.headers)
            body = {"error": s.why}
            headers.setdefault("Cache-Control", "no-store")
        except Exception:
            traceback.print_exc()
            status, headers, body = 500, {"Cache-Control": "no-store"}, {"error": "fault"}
        if self.command != "GET":
            headers.setdefault("Cache-Control", "no-store")
        self.send_response(status)
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        if status not in (204, 304):
            headers.setdefault("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        for k, v in headers.items():
            self.send_header(k, v)
        self.send_header("Statements", str(STORE.count()))
        self.end_headers()
        if status not in (204, 304) and self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            data = b""
            while True:
                n = int(self.rfile.readline(100).split(b";")[0], 16)
                if n == 0:
                    while self.rfile.readline(65536).strip():
                        pass
                    break
                data += self.rfile.read(n)
                self.rfile.readline(10)
                if len(data) > MAX_BODY:
                    self.close_connection = True
                    self.bad_body = True
                    return
            self.raw = data
            return
        try:
            n = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            n = -1
        if not 0 <= n <= MAX_BODY:
            self.close_connection = True
            self.bad_body = True
            return
        self.raw = self.rfile.read(n)

    def dispatch(self):
        self.who = self.identify()
        url = urlsplit(self.path)
        self.query = parse_qs(url.query, keep_blank_values=True)
        for pattern, methods in ROUTES:
            m = re.fullmatch(pattern, url.path)
            if m:
                if self.command not in methods:
                    raise Stop(405, "not this method", Allow=", ".join(methods))
                return getattr(self, methods[self.command])(*map(unquote, m.groups()))
        raise Stop(404, "no such path")

    def identify(self):
        head = self.headers.get("Authorization")
        if head is None:
            return None
        m = re.fullmatch(r"(?i:bearer) +(\S+) *", head)
        if not m or m[1] not in TOKENS:
            raise Stop(401, "unknown token", **{"WWW-Authenticate": "Bearer"})
        return TOKENS[m[1]]

    def need(self):
        if self.who is None:
            raise Stop(401, "a token, please", **{"WWW-Authenticate": "Bearer"})
        return self.who

    def json_body(self):
        if self.bad_body:
            raise Stop(422, "body too large")

        def no(x):
            raise ValueError(x)
        try:
            v = json.loads(self.raw.decode("utf-8"), parse_constant=no)
        except (ValueError, RecursionError):
            raise Stop(400, "no JSON")
        if not isinstance(v, dict):
            raise Stop(422, "no JSON object")
        return v

    def seen(self, slug):
        row = STORE.row(slug)
        if row is None or not sees(self.who, row):
            raise Stop(404, "no such post")
        return row

    # -- posts
    def make_post(self):
        name, role = self.need()
        if role not in ("author", "editor"):
            raise Stop(403, "readers make no posts")
        b = self.json_body()
        title = text_of(b.get("title"), 1, 200, "title")
        text = text_of(b.get("text", ""), 0, 20000, "text")
        tags = tags_of(b.get("tags", []))
        with STORE.write():
            post = STORE.make(title, text, tags, name)
        return 201, {"Location": "/posts/" + post["slug"]}, post

    def read_post(self, slug):
        with STORE.lock:
            row = self.seen(slug)
            post = STORE.full(row)
        if not post["published"]:
            return 200, {"Cache-Control": "no-store"}, post
        body = json.dumps(post, ensure_ascii=False).encode()
        tag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
        headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
        asked = ",".join(self.headers.get_all("If-None-Match") or [])
        if asked.strip() == "*" or tag in re.findall(r'"[^"]*"', asked):
            return 304, headers, b""
        return 200, headers, body

    def change_post(self, slug):
        self.need()
        with STORE.write():
            row = self.seen(slug)
            if not owns(self.who, row):
                raise Stop(403, "not yours")
            b = self.json_body()
            title = text_of(b.get("title", row["title"]), 1, 200, "title")
            text = text_of(b.get("text", row["text"]), 0, 20000, "text")
            tags = tags_of(b["tags"]) if "tags" in b else None
            published = b.get("published", bool(row["published"]))
            if not isinstance(published, bool):
                raise Stop(422, "published: true or false")
            STORE.change(row, title, text, published, tags)
            post = STORE.full(STORE.row(slug))
        return 200, {}, post

    def delete_post(self, slug):
        self.need()
        with STORE.write():
            row = self.seen(slug)
            if not owns(self.who, row):
                raise Stop(403, "not yours")
            STORE.delete(row["id"])
            RENDER.forget(row["id"])
        return 204, {}, b""

    def list_posts(self):
        q = {k: v[0] for k, v in self.query.items()}
        drafts = q.get("drafts") == "mine"
        if drafts:
            name, role = self.need()
        limit = q.get("limit", "20")
        if not re.fullmatch(r"[0-9]+", limit) or not limit.strip("0"):
            raise Stop(422, "limit: 1 to 100")
        limit = min(int(limit[-4:]) if len(limit.lstrip("0")) < 4 else 100, 100)
        before = q.get("before")
        if before is not None:
            if not re.fullmatch(r"[0-9]{1,18}", before):
                raise Stop(422, "before: from `next`")
            before = int(before)
        tag = q.get("tag")
        if drafts and role == "reader":
            return 200, {"Cache-Control": "no-store"}, {"posts": [], "next": None}
        key = (limit, tag, before)
        with STORE.lock:
            body = None if drafts else STORE.lists.get(key)
            if body is None:
                posts, last = STORE.page(limit, tag, before, name if drafts else None)
                nxt = None
                if last is not None:
                    more = {"limit": limit}
                    if tag is not None:
                        more["tag"] = tag
                    if drafts:
                        more["drafts"] = "mine"
                    more["before"] = last
                    nxt = "/posts?" + urlencode(more)
                body = json.dumps({"posts": posts, "next": nxt}, ensure_ascii=False).encode()
                if not drafts:
                    if len(STORE.lists) > 500:
                        STORE.lists.clear()
                    STORE.lists[key] = body
        return 200, {"Cache-Control": "no-store" if drafts else "no-cache"}, body

    # -- comments
    def list_comments(self, slug):
        with STORE.lock:
            row = self.seen(slug)
            found = STORE.comments(row["id"])
        return 200, {"Cache-Control": "no-cache" if row["published"] else "no-store"}, {"comments": found}

    def make_comment(self, slug):
        name, _ = self.need()
        with STORE.write():
            row = self.seen(slug)
            text = text_of(self.json_body().get("text"), 1, 2000, "text")
            id = STORE.comment(row["id"], name, text)
        return 201, {}, {"id": id, "author": name, "text": text}

    def delete_comment(self, slug, id):
        name, role = self.need()
        with STORE.write():
            row = self.seen(slug)
            c = STORE.one_comment(row["id"], int(id)) if re.fullmatch(r"[0-9]{1,18}", id) else None
            if c is None:
                raise Stop(404, "no such comment")
            if not (c["author"] == name or owns(self.who, row)):
                raise Stop(403, "not yours")
            STORE.drop_comment(c["id"])
        return 204, {}, b""

    # -- the rest
    def html(self, slug):
        with STORE.lock:
            row = self.seen(slug)
            e = RENDER.entry(row["id"], row["text"])
        e.done.wait(6)
        if e.html is None:
            raise Stop(502, "the renderer failed")
        return 200, {"Content-Type": "text/html; charset=utf-8",
                     "Cache-Control": "public, no-cache" if row["published"] else "no-store"}, e.html

    def openapi(self):
        return 200, {"Cache-Control": "no-cache"}, DOC


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
