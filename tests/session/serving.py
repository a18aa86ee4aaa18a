"""A browser without a window: starts `aforo serve`, opens the printed address, and asks."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time

AFORO = os.environ["AFORO"]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]{32})")


class Answered:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.type = self.headers.get("content-type", "").split(";")[0]

    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status} {self.headers}\n{self.body[:2000]!r}"


class Stream:
    """Server-sent events as they come; closing it is walking away."""

    def __init__(self, connection, response):
        self.connection, self.response, self.rest = connection, response, b""

    def __iter__(self):
        """May be gone on with: who looks at one event alone has not walked away."""
        yield from self.events()
        self.close()

    def events(self):
        while True:
            while b"\n\n" in self.rest:
                text, self.rest = self.rest.split(b"\n\n", 1)
                if text.startswith(b":"):
                    continue
                name, data = text.decode().split("\n")
                yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))
            piece = self.response.read1(1 << 16)
            if not piece:
                return
            self.rest += piece

    def close(self):
        self.response.close()
        self.connection.close()


class Server:
    """`with Server(directory) as server:` runs one on any port, opened by this browser unless `opened` is False."""

    def __init__(self, directory, *words, opened=True, cwd=None):
        self.process = subprocess.Popen([AFORO, "serve", str(directory), *(words or ("--port", "0"))], cwd=cwd, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        found = ADDRESS.search(line)
        if not found:
            raise AssertionError(f"no address in {line!r}: {self.process.communicate(timeout=10)}")
        self.port, self.token, self.cookie = int(found[1]), found[2], None
        if opened:
            answered = self.ask("GET", f"/?token={self.token}")
            assert answered.status == 303, answered
            self.cookie = answered.headers["set-cookie"].split(";")[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, by=signal.SIGINT, within=20):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        try:
            return self.process.wait(within)
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.process.stderr.close()

    def headers(self, headers):
        own = {"Cookie": self.cookie} if self.cookie else {}
        return {name: value for name, value in {**own, **(headers or {})}.items() if value is not None}

    def send(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if body is not None:
            headers = {"Content-Type": "application/json", **(headers or {})}
        connection.request(method, path, body=body, headers=self.headers(headers))
        return connection, connection.getresponse()

    def ask(self, method, path, body=None, headers=None):
        connection, response = self.send(method, path, body, headers)
        try:
            return Answered(response)
        finally:
            connection.close()

    def stream(self, path, body=None):
        connection, response = self.send("GET" if body is None else "POST", path, body)
        if response.status != 200:
            raise AssertionError(str(Answered(response)))
        return Stream(connection, response)

    def raw(self, data, timeout=20):
        """Everything that comes back for these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as line:
            try:
                line.sendall(data)
            except OSError:
                pass  # it was refused before all was sent
            out = b""
            while piece := line.recv(1 << 16):
                out += piece
            return out

    def state(self):
        return self.ask("GET", "/api/state").json()

    def wait_until_idle(self, within):
        end = time.monotonic() + within
        while (state := self.state()) != {"running": 0, "waiting": 0}:
            if time.monotonic() > end:
                raise AssertionError(f"still at work after {within} s: {state}")
            time.sleep(0.05)

    def resident(self):
        """Bytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))

    def cpu_ticks(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
