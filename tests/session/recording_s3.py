"""An S3 server of its own that writes down what it is asked: objects in memory, listed and read, no signatures looked at."""

import http.server
import threading
import urllib.parse
import xml.sax.saxutils


class RecordingS3:
    """`with RecordingS3({"key": bytes}) as server`: `seen` has (method, key, first byte, bytes) of each GET and HEAD of an object."""

    bucket = "data"

    def __init__(self, objects):
        self.objects, self.seen, self.lock = dict(objects), [], threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"owner": self}))
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def of(self, key):
        """What was asked for that object: HEADs, and (first byte, bytes) of GETs by their order in it."""
        with self.lock:
            heads = sum(method == "HEAD" and name == key for method, name, _, _ in self.seen)
            return heads, sorted((first, length) for method, name, first, length in self.seen if method == "GET" and name == key)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=(), length=None):
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body) if length is None else length))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def list(self, query):
        prefix = query.get("prefix", [""])[0]
        keys = [key for key in sorted(self.owner.objects) if key.startswith(prefix)]
        contents = "".join(f"<Contents><Key>{xml.sax.saxutils.escape(key)}</Key><Size>{len(self.owner.objects[key])}</Size></Contents>"
                           for key in keys)
        self.answer(200, f"<?xml version='1.0'?><ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode(),
                    [("Content-Type", "application/xml")])

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path, _, query = self.path.partition("?")
        key = urllib.parse.unquote(path).removeprefix(f"/{self.owner.bucket}").removeprefix("/")
        if not key:
            return self.list(urllib.parse.parse_qs(query))
        content = self.owner.objects.get(key)
        if content is None:
            return self.answer(404, b"" if self.command == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>")
        first, end = 0, len(content)
        if wanted := self.headers.get("Range"):
            a, b = wanted.removeprefix("bytes=").split("-")
            first, end = int(a), min(int(b) + 1 if b else end, end)
        with self.owner.lock:
            self.owner.seen.append((self.command, key, first, end - first))
        headers = [("ETag", '"e"'), ("Accept-Ranges", "bytes"), ("Last-Modified", "Tue, 01 Dec 2026 12:00:00 GMT")]
        if wanted:
            headers.append(("Content-Range", f"bytes {first}-{end - 1}/{len(content)}"))
        self.answer(206 if wanted else 200, b"" if self.command == "HEAD" else content[first:end], headers, end - first)
