"""login_system in Python, as far as its first stage, with nothing but the standard library: scrypt for passwords, sqlite3 for accounts."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import sqlite3
import threading
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

database = sqlite3.connect(os.environ.get("DATABASE_FILE", "accounts.db"), check_same_thread=False, isolation_level=None)
database.execute("CREATE TABLE IF NOT EXISTS accounts (email TEXT PRIMARY KEY, hash TEXT NOT NULL)")
turn = threading.Lock()
# Each hash takes 16 MiB, so two are made at once at most.
hashing = threading.Semaphore(2)


class Fault(Exception):
    pass


def encoded(data):
    return base64.b64encode(data).decode().rstrip("=")


def hashed(password, salt):
    with hashing:
        key = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=5, dklen=32, maxmem=64 * 2**20)
    return f"$scrypt$ln=14,r=8,p=5${encoded(salt)}${encoded(key)}"


def fits(password, hash):
    salt = base64.b64decode(hash.split("$")[3] + "==")
    return hmac.compare_digest(hashed(password, salt), hash)


# Whoever has no account waits as long as those who have one.
NOBODYS = hashed(secrets.token_urlsafe(), secrets.token_bytes(16))


def one_form(text):
    email = text.strip(" ").translate({upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)})
    before, at, behind = email.partition("@")
    odd = any(letter.isspace() or unicodedata.category(letter) == "Cc" for letter in email)
    return email if before and at and behind and "@" not in behind and not odd else None


def register(email, password):
    email = one_form(email)
    if email is None:
        raise Fault(422)
    with turn:
        if database.execute("SELECT 1 FROM accounts WHERE email = ?", (email,)).fetchone():
            raise Fault(409)
    if not 10 <= len(password) <= 200:
        raise Fault(422)
    hash = hashed(password, secrets.token_bytes(16))
    with turn:
        done = database.execute("INSERT INTO accounts VALUES (?, ?) ON CONFLICT DO NOTHING", (email, hash))
        if done.rowcount == 0:
            raise Fault(409)
    return 201, {"email": email}


def login(email, password):
    email = one_form(email)
    with turn:
        row = database.execute("SELECT hash FROM accounts WHERE email = ?", (email,)).fetchone()
    right = fits(password, row[0] if row else NOBODYS)
    if row is None or not right:
        raise Fault(401)
    return 200, {"email": email}


ROUTES = {("POST", "/register"): register, ("POST", "/login"): login}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            status, value = self.routed(body)
        except Fault as fault:
            status, value = fault.args[0], {"error": "that did not work"}
        answer = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_DELETE = do

    def routed(self, body):
        route = ROUTES.get((self.command, self.path.split("?")[0]))
        if route is None:
            raise Fault(404)
        try:
            fields = json.loads(body)
        except ValueError:
            raise Fault(400) from None
        if not isinstance(fields, dict):
            raise Fault(422)
        email, password = fields.get("email"), fields.get("password")
        if not isinstance(email, str) or not isinstance(password, str):
            raise Fault(422)
        return route(email, password)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256


server = Server(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
database.close()
