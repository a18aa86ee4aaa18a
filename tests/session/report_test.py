"""Records as pages: `aforo report`, and --html of the commands that make them."""

import html.parser
import json
import re
import unittest

from session import Session

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
