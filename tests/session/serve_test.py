"""aforo serve, as a browser, an impatient one and a hostile one find it."""

import json
import signal
import socket
import subprocess
import time
import unittest

from serving import ADDRESS, Server
from session import AFORO, Session

RUN = {"schema": 1, "command": "run", "started": "2026-01-02T03:04:05Z", "au": 0.93, "accelerators": 8, "config": {"workload": "a<b"}}
# Simulated for long enough to walk away from.
LONG = {"workload": "unet3d_h100", "options": {"accelerators": 512, "confirm": 200, "sweep": "accelerators=8,16,32,64,128,256,512"}}


class ServeTest(Session):
    def setUp(self):
        super().setUp()
        self.records = self.place / "records"
        self.records.mkdir()
        (self.records / "a.json").write_text(json.dumps(RUN))
        (self.records / "b.json").write_text(json.dumps({**RUN, "au": 0.5}))

    def server(self, *words, **keywords):
        server = Server(self.records, *words, **keywords)
        self.addCleanup(server.end)
        return server

    def message(self, answered, status):
        self.assertEqual(answered.status, status, answered)
        sentence = answered.json()["message"]
        self.assertIn("expected", sentence)
        self.assertEqual(sentence.strip().count("\n"), 0)
        return sentence


class Pages(ServeTest):
    def test_the_address_opens_once(self):
        server = self.server(opened=False)
        self.assertEqual(server.ask("GET", "/").status, 401)
        self.message(server.ask("GET", "/api/state"), 401)
        first = server.ask("GET", f"/?token={server.token}")
        self.assertEqual((first.status, first.headers["location"]), (303, "/"))
        cookie = first.headers["set-cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        again = server.ask("GET", f"/?token={server.token}")
        self.assertEqual(again.status, 403)
        self.assertIn(b"used before", again.body)
        self.assertNotIn("set-cookie", again.headers)
        server.cookie = cookie.split(";")[0]
        page = server.ask("GET", "/")
        self.assertEqual((page.status, page.type), (200, "text/html"))
        for part in ("app.js", "app.css", "report.css"):
            self.assertEqual(server.ask("GET", f"/assets/{part}").status, 200, part)
        self.assertEqual(server.end(), 0)

    def test_every_answer_keeps_the_page_to_itself(self):
        server = self.server()
        answers = [server.ask("GET", path) for path in ("/", "/assets/app.js", "/api/records", "/api/none", "/openapi.yaml")]
        answers += [server.ask("GET", "/", headers={"Cookie": None}), server.ask("GET", "/", headers={"Host": "x"}),
                    server.ask("PUT", "/"), server.ask("POST", "/api/size", "{"), server.ask("POST", "/api/size", b"x" * (2 << 20))]
        for answered in answers:
            policy = answered.headers.get("content-security-policy", "")
            self.assertIn("default-src 'none'", policy, answered)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(answered.headers["x-content-type-options"], "nosniff")
            self.assertEqual(answered.headers["cache-control"], "no-store")
            self.assertEqual(answered.headers["referrer-policy"], "no-referrer")
            self.assertNotIn("server", answered.headers)
            self.assertNotIn("access-control-allow-origin", answered.headers)

    def test_records_are_opened_and_compared(self):
        (self.records / "cut.json").write_text('{"schema": 1, "comm')
        (self.records / "old.json").write_text('{"schema": 0, "command": "run", "aforo_version": "0.0.1"}')
        server = self.server()
        listed = server.ask("GET", "/api/records").json()
        self.assertEqual([one["name"] for one in listed["records"]], ["a.json", "b.json"])
        self.assertEqual({one["name"] for one in listed["unreadable"]}, {"cut.json", "old.json"})
        self.assertEqual(server.ask("GET", "/api/records/a.json").json(), RUN)
        self.assertIn(b"a&lt;b", server.ask("GET", "/api/records/a.json?as=html").body)
        self.assertEqual(server.ask("GET", "/api/records/a.json?as=csv").type, "text/csv")
        self.assertIn("attachment", server.ask("GET", "/api/records/a.json?as=report").headers["content-disposition"])
        self.assertIn("50.0", server.ask("GET", "/api/compare?name=a.json&name=b.json").json()["html"])
        self.message(server.ask("GET", "/api/compare?name=a.json"), 400)
        self.assertIn("cut short", self.message(server.ask("GET", "/api/records/cut.json"), 400))
        self.assertIn("schema 0, written by aforo 0.0.1", self.message(server.ask("GET", "/api/records/old.json"), 400))

    def test_a_directory_without_records_says_so(self):
        empty = self.place / "empty"
        empty.mkdir()
        with Server(empty) as server:
            self.assertIn("expected Records", server.ask("GET", "/api/records").json()["message"])

    def test_a_size_is_what_the_command_line_says(self):
        server = self.server()
        options = {"accelerators": 8, "where": "cloud", "family": "cloud file service", "confirm": 0}
        events = list(server.stream("/api/size", {"workload": "unet3d_h100", "options": options}))
        names = [name for name, _ in events if name != "progress"]
        self.assertEqual(names, ["early", "answer"])
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        record = self.record("size", "unet3d_h100", *words, code=None)
        served = events[-1][1]["record"]
        for key in ("requirement", "designs", "advice", "next"):
            self.assertEqual(served.get(key), record.get(key), key)
        self.assertIn("<article", events[-1][1]["html"])

    def test_an_unknown_option_is_named(self):
        server = self.server()
        said = self.message(server.ask("POST", "/api/size", {"workload": "unet3d_h100", "options": {"acelerators": 1}}), 400)
        self.assertIn("did you mean 'accelerators'?", said)


class Refusals(ServeTest):
    def test_other_hosts_and_sites_get_nothing(self):
        server = self.server()
        for host in ("example.com", "127.0.0.1", f"127.0.0.1.example.com:{server.port}", f"0.0.0.0:{server.port}"):
            self.message(server.ask("GET", "/api/records", headers={"Host": host}), 403)
        for origin in ("http://example.com", "null", f"https://127.0.0.1:{server.port}", "http://127.0.0.1"):
            self.message(server.ask("POST", "/api/size", {}, headers={"Origin": origin}), 403)
        for site in ("cross-site", "same-site"):
            self.message(server.ask("GET", "/api/records", headers={"Sec-Fetch-Site": site}), 403)
        self.message(server.ask("GET", "/api/records", headers={"Cookie": "aforo=1"}), 401)
        own = {"Host": f"localhost:{server.port}", "Origin": f"http://localhost:{server.port}", "Sec-Fetch-Site": "same-origin"}
        self.assertEqual(server.ask("GET", "/api/records", headers=own).status, 200)
        self.assertIn(b"400", server.raw(b"GET /api/records HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"))
        self.assertIn(b" 403 ", server.raw(b"GET /api/records HTTP/1.1\r\n\r\n"))

    def test_nothing_outside_the_directory_is_read(self):
        secret = self.place / "secret.json"
        secret.write_text(json.dumps(RUN))
        (self.records / "link.json").symlink_to(secret)
        (self.records / "up").symlink_to(self.place)
        (self.records / "sub").mkdir()
        (self.records / "sub" / "in.json").write_text(json.dumps(RUN))
        server = self.server()
        for name in ("link.json", "../secret.json", "..%2fsecret.json", "%2e%2e/secret.json", "%2e%2e%2fsecret.json", "..%252fsecret.json",
                     "up/secret.json", "up%2fsecret.json", "sub/in.json", "./a.json", "%2f" + str(secret)[1:], "a.json%00.json",
                     "..\\secret.json", "%c0%ae%c0%ae/secret.json", "", "..", "%", "a.json/", "a.json%0d%0aX:%20y"):
            answered = server.ask("GET", f"/api/records/{name}")
            self.assertEqual(answered.status, 404, (name, answered))
        for path in ("/../secret.json", "/assets/../../secret.json", "/assets/%2e%2e/app.html", "//etc/passwd", "/api/presets/../records"):
            self.assertEqual(server.ask("GET", path).status, 404, path)
        self.assertEqual(len(server.ask("GET", "/api/records").json()["records"]), 2)
        for body in ({"workload": "unet3d_h100", "storage": "../s.yaml"}, {"workload": "unet3d_h100", "storage": "link.json"},
                     {"workload": str(secret)}, {"workload": "x.yaml"}, {"options": {"jobs": "/etc/passwd"}},
                     {"workload": "unet3d_h100", "options": {"prices": "/etc/passwd"}}, {"options": {"portfolio": "/etc/passwd"}}):
            path = "/api/predict" if "storage" in body else "/api/size"
            self.assertIn(server.ask("POST", path, body).status, (400, 404), body)

    def test_what_is_too_long_is_refused(self):
        server = self.server()
        self.message(server.ask("POST", "/api/size", b" " * (2 << 20)), 413)
        self.message(server.ask("GET", "/" + "a" * 5000), 414)
        self.message(server.ask("GET", "/", headers={"X-Long": "a" * 20000}), 431)
        self.message(server.ask("POST", "/api/size", "[" * (1 << 20)), 400)
        self.message(server.ask("POST", "/api/size", "{}", headers={"Content-Type": "text/plain"}), 415)
        self.message(server.ask("POST", "/api/size", iter([b"{}"])), 411)
        self.message(server.ask("DELETE", "/api/records/a.json"), 405)
        self.assertIn(b" 400 ", server.raw(b"\x16\x03\x01 hello\r\n\r\n"))
        self.assertIn(b" 413 ", server.raw(b"POST /api/size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                           b"Content-Length: 99999999999\r\n\r\n"))
        self.assertTrue((self.records / "a.json").exists())
        self.assertEqual(server.ask("GET", "/").status, 200)

    def test_starting_where_it_cannot(self):
        for words in (("none",), (str(self.records / "a.json"),), (".", "--port", "70000"), (".", "--prot", "1"), (".", "x", "y")):
            self.aforo("serve", *words, code=2)
        server = self.server()
        said = self.aforo("serve", ".", "--port", server.port, code=2)
        self.assertIn(f"{server.port} in use", said.err)
        self.assertEqual(said.out, "")

    def test_the_usual_port_may_be_taken(self):
        servers = [subprocess.Popen([AFORO, "serve"], cwd=self.records, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        ports = {ADDRESS.search(server.stdout.readline())[1] for server in servers}
        for server in servers:
            server.send_signal(signal.SIGINT)
            self.assertEqual(server.wait(20), 0)
            server.stdout.close()
        self.assertEqual(len(ports), 2)


class Load(ServeTest):
    def wait_for(self, server, **state):
        end = time.monotonic() + 60
        while server.state() != state:
            self.assertLess(time.monotonic(), end, server.state())

    def test_who_is_slow_holds_up_nobody(self):
        server = self.server()
        slow = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(20)]
        for line in slow:
            line.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(5):
            self.assertEqual(server.ask("GET", "/api/state").status, 200)
        for line in slow:
            line.setblocking(False)
            self.assertRaises(BlockingIOError, line.recv, 1)  # all of them still wait
        slow[0].settimeout(30)
        # A byte now and then does not keep the connection: the whole has to be there in time.
        end = time.monotonic() + 60
        gone = False
        while not gone and time.monotonic() < end:
            try:
                slow[0].sendall(b"X")
                slow[0].settimeout(0.5)
                gone = slow[0].recv(1) == b""
            except socket.timeout:
                continue
            except OSError:
                gone = True
        self.assertTrue(gone)
        for line in slow:
            line.close()

    def test_connections_are_bounded(self):
        server = self.server()
        # The browser that opened it may still be on its way out.
        end = time.monotonic() + 60
        while True:
            lines = [socket.create_connection(("127.0.0.1", server.port), timeout=60) for _ in range(96)]
            lines[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            if b" 403 " in lines[-1].recv(4096):
                break
            self.assertLess(time.monotonic(), end)
            for line in lines:
                line.close()
            time.sleep(0.2)
        self.assertIn(b" 503 ", server.raw(b""))
        for line in lines:
            line.close()
        end = time.monotonic() + 60
        while server.raw(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")[9:12] != b"403":
            self.assertLess(time.monotonic(), end)
        self.assertEqual(server.ask("GET", "/api/state").status, 200)

    def test_what_was_walked_away_from_ends(self):
        server = self.server()
        for _ in range(2):
            stream = server.stream("/api/size", LONG)
            self.assertEqual(next(name for name, _ in stream if name != "progress"), "early")
            self.wait_for(server, running=1, waiting=0)
            stream.close()
            server.wait_until_idle(within=60)

    def test_a_newer_request_of_a_page_ends_its_older(self):
        server = self.server()
        older = server.stream("/api/size", {**LONG, "page": "p"})
        self.assertEqual(next(name for name, _ in older if name != "progress"), "early")
        newer = server.stream("/api/size", {**LONG, "page": "p"})
        self.assertIn("something else", [data for name, data in older if name == "failed"][0]["message"])
        newer.close()
        older.close()
        server.wait_until_idle(within=60)

    def test_more_than_two_simulations_wait(self):
        server = self.server()
        streams = [server.stream("/api/size", LONG) for _ in range(4)]
        for stream in streams:
            self.assertEqual(next(name for name, _ in stream if name != "progress"), "early")
        self.wait_for(server, running=2, waiting=2)
        for stream in streams:
            stream.close()
        server.wait_until_idle(within=60)

    def test_ctrl_c_ends_all_of_it(self):
        for by in (signal.SIGINT, signal.SIGTERM):
            server = self.server()
            streams = [server.stream("/api/size", LONG) for _ in range(3)]
            idle = socket.create_connection(("127.0.0.1", server.port))
            next(iter(streams[0]))
            self.assertEqual(server.end(by, within=60), 0)
            for stream in streams:
                stream.close()
            idle.close()


class Idle(ServeTest):
    def test_idle_costs_next_to_nothing(self):
        server = self.server()
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
        list(server.stream("/api/size", {"workload": "unet3d_h100", "options": {"accelerators": 64}}))
        server.wait_until_idle(within=60)
        # What ends behind an answer may take a moment; after it nothing ticks.
        end = time.monotonic() + 60
        while True:
            before = server.cpu_ticks()
            time.sleep(3)
            if server.cpu_ticks() == before and server.resident() < 40 << 20:
                break
            self.assertLess(time.monotonic(), end, server.resident())
        for line in idle:
            line.close()
        with Server(self.records) as fresh:
            self.assertLess(fresh.resident(), 20 << 20)


if __name__ == "__main__":
    unittest.main()
