"""What the renderer made, once per text. `entry` is called under the store's lock, so that an
older text never pushes out a newer one."""
import http.client
import threading
from urllib.parse import urlsplit


class Entry:
    def __init__(self, text):
        self.text, self.html, self.done = text, None, threading.Event()


class Renderer:
    def __init__(self, url):
        self.url = url
        self.kept = {}
        self.lock = threading.Lock()

    def entry(self, id, text):
        with self.lock:
            e = self.kept.get(id)
            if e is None or e.text != text:
                e = self.kept[id] = Entry(text)
                threading.Thread(target=self.work, args=(id, e), daemon=True).start()
            return e

    def forget(self, id):
        with self.lock:
            self.kept.pop(id, None)

    def work(self, id, e):
        html = None
        try:
            html = self.ask(e.text)
        except Exception as x:
            print("renderer:", repr(x), flush=True)
        with self.lock:
            e.html = html
            if html is None and self.kept.get(id) is e:
                del self.kept[id]
        e.done.set()

    def ask(self, text):
        u = urlsplit(self.url)
        c = http.client.HTTPConnection(u.hostname, u.port or 80, timeout=5)
        try:
            c.request("POST", u.path.rstrip("/") + "/render", body=text.encode(),
                      headers={"Content-Type": "text/plain; charset=utf-8", "Connection": "close"})
            r = c.getresponse()
            body = r.read()
            return body if r.status == 200 else None
        finally:
            c.close()
