"""Records as pages: `aforo report`, and --html of the commands that make them."""

import base64
import html.parser
import json
import re
import resource
import subprocess
import unittest

from session import AFORO, Session

VOID = {"meta", "img", "br", "hr", "input", "link", "rect"}


class Page(html.parser.HTMLParser):
    """What a browser would make of it: elements in balance, what it would fetch or run, its words."""

    def __init__(self, text):
        super().__init__()
        self.open, self.fetched, self.scripts, self.headings, self.figures, self.words = [], [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            if not attributes.get(name, "#").startswith("#"):
                self.fetched.append((tag, attributes[name]))
        self.scripts += [name for name in attributes if name.startswith("on")]
        if tag == "script" and attributes.get("type") != "application/json":
            self.scripts.append("script")
        if tag == "figure":
            self.figures.append(attributes["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data)
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)


class Report(Session):
    def page(self, path):
        page = Page((self.place / path).read_text())
        self.assertEqual(page.open, [], "every element is closed")
        self.assertEqual(page.fetched, [], "a report asks for nothing")
        self.assertEqual(page.scripts, ["script"], "its own alone")
        return page

    def test_a_run_is_one_page_either_way(self):
        job, data = self.dataset()
        self.aforo("run", job, data, "--json", "run.json", "--html", "run.html", "--quiet", code=None)
        self.aforo("report", "run.json", "-o", "report.html")
        self.assertEqual((self.place / "run.html").read_text(), (self.place / "report.html").read_text())
        page = self.page("report.html")
        for heading in ("Over time", "Asked and given"):
            self.assertIn(heading, page.headings)
        au = json.loads((self.place / "run.json").read_text())["au"]
        self.assertIn(f"{100 * au:.1f} %", " ".join(page.words))
        self.assertGreaterEqual(len(page.figures), 3)
        self.assertEqual(len(set(page.figures)), len(page.figures))

    def test_several_records_stand_beside_each_other(self):
        job, data = self.dataset()
        for name in ("monday", "tuesday"):
            self.aforo("run", job, data, "--json", f"{name}.json", "--no-diagnose", "--quiet", code=None)
        self.aforo("size", "resnet50_h100", "-n", "8", "--confirm", "0", "--json", "size.json", "--quiet")
        self.aforo("report", "monday.json", "tuesday.json", "size.json", "-o", "all.html")
        page = self.page("all.html")
        self.assertTrue(any(heading.startswith("Runs of small") for heading in page.headings), page.headings)
        self.assertEqual(len(set(page.figures)), len(page.figures))

    def test_size_and_predict_and_a_search_have_pages(self):
        self.aforo("size", "resnet50_h100", "-n", "8", "--confirm", "0", "--html", "size.html", "--storage-out", "s.yaml", "--quiet")
        self.assertIn("Designs", self.page("size.html").headings)
        self.aforo("predict", "resnet50_h100", "s.yaml", "--sweep", "accelerators=1..8", "--method", "closed", "--html", "sweep.html", "--quiet")
        self.assertIn("Predicted", self.page("sweep.html").headings)

    def test_the_largest_record_of_a_run_is_a_small_page(self):
        """A million steps of 1,000 ranks: what a Record keeps of a run is bounded, and filled here to its bounds."""
        points, rows, bins, states = 512, 64, 512, 4
        values = [0.123456789012345 + i for i in range(points)]
        axis = lambda key, unit: {"key": key, "unit": unit, "values": values}
        record = {"schema": 1, "command": "run", "au": 0.5, "accelerators": 1000, "steps": 1_000_000, "au_target": 0.9,
                  "config": {"workload": "large"},
                  "timeline": {"begin_seconds": 0, "end_seconds": 512, "bin_seconds": 1, "bins": bins,
                               "rows": [{"first_rank": 16 * row, "ranks": 16} for row in range(rows)],
                               "states": ["compute", "load_wait", "barrier_wait", "other"],
                               "shares": base64.b64encode(bytes(range(256)) * (rows * bins * states // 256)).decode()},
                  "series": [{"name": "steps", "points": 1_000_000, "x": axis("begin_seconds", "s"),
                              "y": [axis("step_seconds", "s"), axis("step_seconds_max", "s"), axis("au", "fraction")]}]
                  + [{"name": f"{what} distribution", "points": 10**9, "x": axis("upper_seconds", "s"),
                      "y": [axis("share", "fraction"), axis("lower_seconds", "s")]}
                     for what in ("step", "load wait", "read", "open")]}
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
        (self.place / "large.json").write_text(json.dumps(record))
        plain = subprocess.run([AFORO, "--version"], preexec_fn=limit, capture_output=True).returncode == 0  # not of a sanitizer
        done = subprocess.run([AFORO, "report", "large.json", "-o", "large.html", "--quiet"], cwd=self.place, timeout=120,
                              preexec_fn=limit if plain else None)
        self.assertEqual(done.returncode, 0)
        page = self.page("large.html")
        self.assertGreaterEqual(len(page.figures), 6)
        self.assertLess((self.place / "large.html").stat().st_size, 5_000_000)

    def test_names_from_outside_stay_text(self):
        record = {"schema": 1, "command": "run", "au": 0.5, "accelerators": 2,
                  "config": {"workload": "</script><script>alert(1)</script>", "directory": "<img src=x onerror=alert(1)>"},
                  "warnings": ["<b onclick=x>"], "series": [{"name": "steps", "points": 2,
                      "x": {"key": "begin_seconds", "unit": "s", "values": [0, 1]},
                      "y": [{"key": "au", "unit": "fraction", "values": [0.5, 0.5]}]}]}
        (self.place / "odd.json").write_text(json.dumps(record))
        self.aforo("report", "odd.json", "-o", "odd.html")
        self.page("odd.html")

    def test_what_is_no_record_is_told(self):
        (self.place / "cut.json").write_text('{"schema": 1, "comm')
        self.assertIn("cut short", self.aforo("report", "cut.json", "-o", "r.html", code=2).err)
        (self.place / "future.json").write_text('{"schema": 7, "command": "run"}')
        self.assertIn("schema 1, found one of schema 7", self.aforo("report", "future.json", "-o", "r.html", code=2).err)
        self.assertIn("no Record", self.aforo("report", "-o", "r.html", code=2).err)
        self.assertIn("-o FILE", self.aforo("report", "cut.json", code=2).err)
        self.assertIn("missing.json", self.aforo("report", "missing.json", "-o", "r.html", code=2).err)
        (self.place / "run.json").write_text('{"schema": 1, "command": "run"}')
        self.assertIn("its input", self.aforo("report", "run.json", "-o", "run.json", code=2).err)
        self.assertFalse((self.place / "r.html").exists(), "nothing appears where there is no answer")

    def test_a_full_disk_leaves_the_old_page(self):
        (self.place / "run.json").write_text('{"schema": 1, "command": "run", "au": 0.5}')
        with self.filesystem("size=16k") as small:
            (small / "r.html").write_text("old")
            said = self.aforo("report", "run.json", "-o", small / "r.html", code=2)
            self.assertRegex(said.err, re.compile("no space", re.I))
            self.assertEqual((small / "r.html").read_text(), "old")

    def test_the_page_may_go_to_standard_output(self):
        (self.place / "run.json").write_text('{"schema": 1, "command": "run", "au": 0.5}')
        self.assertTrue(self.aforo("report", "run.json", "-o", "-", "-q").out.startswith("<!doctype html>"))


if __name__ == "__main__":
    unittest.main()
