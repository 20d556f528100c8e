"""notes_api in Python, with nothing but its standard library: http.server for the wire, sqlite3 for the notes."""

import json
import os
import re
import signal
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

TITLES = {
    400: "The body is not JSON",
    401: "A token is missing or unknown",
    404: "There is no such note",
    405: "This path has other methods",
    412: "Somebody else has changed the note",
    415: "The body has to be JSON, and say so",
    422: "The request breaks a rule",
    428: "Say in If-Match which version you have seen",
}
TOKENS = dict(pair.split(":") for pair in os.environ.get("TOKENS", "").split(",") if ":" in pair)

database = sqlite3.connect(os.environ.get("DATABASE_FILE", "notes.db"), check_same_thread=False, isolation_level=None)
database.row_factory = sqlite3.Row
database.execute("PRAGMA synchronous = FULL")
database.execute(
    """CREATE TABLE IF NOT EXISTS notes (
        id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL,
        title TEXT NOT NULL, text TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1)"""
)
# One thread at a time: to look at a version and to write is one step.
turn = threading.RLock()


def rows(sql, *values):
    with turn:
        return [dict(row) for row in database.execute(sql, values).fetchall()]


class Problem(Exception):
    def __init__(self, status, errors=None, headers=None):
        self.status, self.errors, self.headers = status, errors, headers or {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write for an answer, or the second part waits for an acknowledgement of the first.
    wbufsize = -1

    def do(self):
        try:
            status, value, headers = self.routed()
            self.answer(status, value, "application/json", headers)
        except Problem as problem:
            value = {"status": problem.status, "title": TITLES[problem.status]}
            if problem.errors:
                value["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in problem.errors]
            self.answer(problem.status, value, "application/problem+json", problem.headers)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do

    def answer(self, status, value, kind, headers):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        if value is not None:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

    def routed(self):
        # The body is read whatever comes of it: the next request begins behind it.
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        self.query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        one = re.fullmatch("/notes/([^/]*)", url.path)
        if not one and url.path != "/notes":
            raise Problem(404)
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or token not in TOKENS:
            raise Problem(401, headers={"WWW-Authenticate": "Bearer"})
        self.owner = TOKENS[token]
        methods = ["GET", "PUT", "PATCH", "DELETE"] if one else ["GET", "POST"]
        if self.command not in methods:
            raise Problem(405, headers={"Allow": ", ".join(methods)})
        if not one:
            return self.pages() if self.command == "GET" else self.add()
        id = one[1]
        with turn:
            found = rows("SELECT * FROM notes WHERE id = ? AND owner = ?", int(id), self.owner) if re.fullmatch("[0-9]{1,18}", id, re.ASCII) else []
            if not found:
                raise Problem(404)
            return self.with_one(found[0])

    def with_one(self, note):
        if self.command == "GET":
            return shown(200, note)
        fields = self.fields() if self.command != "DELETE" else None
        seen = self.headers.get_all("If-Match")
        if seen is None:
            raise Problem(428)
        versions = [version.strip() for line in seen for version in line.split(",")]
        if "*" not in versions and etag(note) not in versions:
            raise Problem(412)
        if self.command == "DELETE":
            rows("DELETE FROM notes WHERE id = ?", note["id"])
            return 204, None, {}
        if self.command == "PUT":
            fields.setdefault("text", "")
        note.update(fields, version=note["version"] + 1)
        rows("UPDATE notes SET title = ?, text = ?, version = ? WHERE id = ?", note["title"], note["text"], note["version"], note["id"])
        return shown(200, note)

    def add(self):
        fields = self.fields()
        sql = "INSERT INTO notes (owner, title, text) VALUES (?, ?, ?) RETURNING *"
        [note] = rows(sql, self.owner, fields["title"], fields.get("text", ""))
        status, value, headers = shown(201, note)
        return status, value, headers | {"Location": f"/notes/{note['id']}"}

    def pages(self):
        limit, before = self.number("limit", 20), self.number("before", 2**63 - 1)
        if limit < 1:
            raise Problem(422)
        limit, search = min(limit, 100), self.query.get("search", "")
        sql = """SELECT * FROM notes WHERE owner = ? AND id < ?
            AND (instr(lower(title), lower(?)) OR instr(lower(text), lower(?))) ORDER BY id DESC LIMIT ?"""
        found = rows(sql, self.owner, min(before, 2**63 - 1), search, search, limit + 1)
        next = None
        if len(found) > limit:
            found.pop()
            next = f"/notes?search={quote(search, safe='')}&limit={limit}&before={found[-1]['id']}"
        return 200, {"notes": [public(note) for note in found], "next": next}, {}

    def number(self, name, otherwise):
        text = self.query.get(name, str(otherwise))
        if not re.fullmatch("[0-9]+", text, re.ASCII):
            raise Problem(422)
        return int(text)

    def fields(self):
        """What the body says of a note."""
        if (self.headers.get_content_type() if self.headers.get("Content-Type") else "") != "application/json":
            raise Problem(415)
        try:
            body = json.loads(self.body)
        except ValueError:
            raise Problem(400) from None
        if not isinstance(body, dict):
            raise Problem(422, [("", "is no object")])
        fields, errors = {}, []
        if "title" in body or self.command != "PATCH":
            title = body.get("title")
            fields["title"] = title.strip(" ") if isinstance(title, str) else ""
            if not 1 <= len(fields["title"]) <= 100:
                errors.append(("/title", "has to be a text of 1 to 100 characters"))
        if "text" in body:
            fields["text"] = body["text"]
            if not isinstance(body["text"], str) or len(body["text"]) > 10_000:
                errors.append(("/text", "has to be a text of at most 10,000 characters"))
        if errors:
            raise Problem(422, errors)
        return fields


def public(note):
    return {name: note[name] for name in ("id", "title", "text")}


def etag(note):
    return f'"{note["version"]}"'


def shown(status, note):
    return status, public(note), {"ETag": etag(note)}


class Server(ThreadingHTTPServer):
    # So many may be waiting to be let in.
    request_queue_size = 256


server = Server(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Handler)
# shutdown waits for serve_forever, so somebody else has to say it.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
