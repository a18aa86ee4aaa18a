"""The full screen of a run: a person at a terminal that tmux plays, who looks, presses keys, resizes, suspends and ends."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import unittest

from session import AFORO, Session

WITHIN = 60  # seconds for what takes a fraction of one on an idle machine


class LiveTest(Session):
    def setUp(self):
        super().setUp()
        if shutil.which("tmux") is None or shutil.which("bash") is None:
            if os.environ.get("AFORO_REQUIRE_PEERS"):
                self.fail("expected tmux and bash, found one of them missing")
            self.skipTest("tmux and bash play the terminal; one of them is not here")
        self.dataset()
        self.long = self.job(epochs=100000, name="long.yaml")
        self.socket = self.place / "tmux"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-c", str(self.place),
                  "env", "PS1=ready$ ", "LC_ALL=C.UTF-8", "bash", "--norc", "--noprofile", "-i")
        self.addCleanup(lambda: subprocess.run(["tmux", "-S", str(self.socket), "kill-server"], capture_output=True))
        self.wait(lambda: "ready$" in self.screen(), "a prompt")
        self.type("trap : INT; clear")  # a second Ctrl-C that comes when aforo has ended does not end the line it stands in

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", str(self.socket), *words], capture_output=True, text=True, check=True).stdout

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def press(self, key):
        self.tmux("send-keys", key)

    def wait(self, true, what):
        deadline = time.monotonic() + WITHIN
        while not true():
            self.assertLess(time.monotonic(), deadline, f"expected {what} within {WITHIN} s, found:\n{self.screen()}")
            time.sleep(0.1)

    def resize(self, columns, rows):
        """At a prompt, whose programs then see that size: tmux tells the terminal of it some time later."""
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
        for _ in range(10 * WITHIN):
            self.type("clear; stty size")
            time.sleep(0.1)
            if f"{rows} {columns}" in self.screen():
                return
        self.fail(f"expected a terminal of {columns} x {rows} within {WITHIN} s, found:\n{self.screen()}")

    def full(self):
        """Whether a program has the terminal's other screen."""
        return self.tmux("display-message", "-p", "#{alternate_on}").strip() == "1"

    def begin(self, *words):
        """A long run on a full screen, once it shows a step."""
        self.type(" ".join([AFORO, "run", "long.yaml", "data", "--live", "--json", "r.json", *words]) + '; echo "code=$?"')
        self.wait(lambda: self.full() and "epoch" in self.screen() and "q end" in self.screen(), "the full screen")

    def ended(self, code):
        """The terminal is as it was, and the usual page stands there."""
        self.wait(lambda: f"code={code}" in self.screen(), f"exit code {code}")
        self.assertFalse(self.full())
        self.type("clear; stty -a")
        self.wait(lambda: "icanon" in self.screen(), "the terminal's modes")
        modes = self.screen().replace(";", " ").split()
        for mode in ("icanon", "echo", "isig", "icrnl", "opost"):
            self.assertIn(mode, modes)

    def test_it_shows_the_run_and_q_ends_it_with_its_page(self):
        self.begin()
        self.wait(lambda: "p99" in self.screen() and "% now" in self.screen(), "figures")
        shown = self.screen()
        for words in ("aforo run small on data, 2 accelerators", "AU", "so far", "target 5.0 %", "samples/s", "read",
                      "in flight", "compute", "for data", "step"):
            self.assertIn(words, shown)
        self.press("h")
        self.wait(lambda: "h: back" in self.screen(), "the help")
        self.press("h")
        self.wait(lambda: "for others" in self.screen(), "the ranks again")
        self.press("q")
        self.wait(lambda: "code=2" in self.screen(), "the end")
        page = self.screen()
        for words in ("answer", "ended early", "next        the same with --full"):
            self.assertIn(words, page)
        self.ended(2)
        record = json.loads((self.place / "r.json").read_text())
        self.assertTrue(record["partial"])
        self.assertGreater(record["steps"], 0)
        self.assertTrue(record["config"]["command_line"]["live"])

    def test_it_follows_the_terminals_size(self):
        self.begin()
        for columns, rows, words in ((60, 15, "p99"), (50, 4, "% *AU"), (120, 40, "for others")):
            self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
            self.wait(lambda: re.search(words, self.screen()) and (rows < 7 or "q end" in self.screen().splitlines()[rows - 1]),
                      f"a view of {columns} x {rows}")
        self.press("C-c")
        self.ended(2)

    def test_it_leaves_no_trace_however_it_ends(self):
        for how in ("Ctrl-C twice", "SIGTERM", "SIGKILL of its worker"):
            with self.subTest(how):
                self.begin("--no-diagnose")
                if how == "Ctrl-C twice":
                    self.press("C-c")
                    time.sleep(0.7)
                    self.press("C-c")
                    self.wait(lambda: "code=" in self.screen() and not self.full(), "the end")
                else:
                    waiting, worker = self.processes()
                    os.kill(worker if "worker" in how else waiting, 9 if "worker" in how else 15)
                self.wait(lambda: "code=" in self.screen(), "the end")
                code = self.screen().split("code=")[-1].split()[0]
                self.ended(code)
                self.type("clear")
                self.wait(lambda: "code=" not in self.screen(), "a clear screen")

    def processes(self):
        """Of this run: who waits, and who works."""
        mine = [p for p in pathlib.Path("/proc").glob("[0-9]*") if self.runs_here(p)]
        parents = {int(p.name): int((p / "stat").read_text().rsplit(")", 1)[1].split()[1]) for p in mine}
        worker = next(pid for pid, parent in parents.items() if parent in parents)
        return parents[worker], worker

    def runs_here(self, process):
        try:
            return os.path.realpath(process / "cwd") == os.path.realpath(self.place) and \
                os.path.realpath(process / "exe") == os.path.realpath(AFORO)
        except OSError:
            return False

    def test_ctrl_z_gives_the_terminal_back_and_fg_goes_on(self):
        self.begin()
        self.press("C-z")
        self.wait(lambda: "Stopped" in self.screen() and not self.full(), "the shell")
        self.type("clear; stty -a")
        self.wait(lambda: "icanon" in self.screen(), "the terminal's modes")
        self.assertNotIn("-icanon", self.screen())
        self.type("clear; fg")
        self.wait(lambda: self.full() and "q end" in self.screen() and "epoch" in self.screen(), "the full screen again")
        self.press("q")
        self.wait(lambda: not self.full() and "answer" in self.screen(), "the page")

    def test_ctrl_z_stops_a_run_with_its_line_too(self):
        self.type(f'{AFORO} run long.yaml data --no-diagnose; echo "code=$?"')
        self.wait(lambda: "training" in self.screen(), "the line")
        self.press("C-z")
        self.wait(lambda: "Stopped" in self.screen(), "the shell")
        waiting, worker = self.processes()
        for process in (waiting, worker):
            self.assertIn("T (stopped)", pathlib.Path(f"/proc/{process}/status").read_text())
        self.type('clear; fg; echo "code=$?"')
        self.wait(lambda: "Stopped" not in self.screen() and "training" in self.screen(), "the line again")
        self.press("C-c")
        self.wait(lambda: "code=2" in self.screen(), "the end")

    def test_where_it_cannot_be_a_sentence_says_so(self):
        self.assertIn("expected a terminal on standard error for --live",
                      self.aforo("run", self.long, "data", "--live", code=2).err)
        for words in ("--quiet", "--dry-run", "--find-max"):
            self.assertIn("a full screen is for one run", self.aforo("run", self.long, "data", "--live", words, code=2).err)
        self.resize(70, 20)
        run = f"{AFORO} run long.yaml data --live"
        self.type(f"clear; {run}")
        self.wait(lambda: "found 70 and 20" in self.screen().replace("\n", ""), "a refusal")
        self.type(f"clear; TERM=dumb {run}")
        self.wait(lambda: "TERM=dumb; leave" in self.screen().replace("\n", ""), "a refusal")
        self.resize(100, 30)
        self.type(f"clear; TERM=nobodys {run}")
        self.wait(lambda: "knows for --live, found TERM=nobodys" in self.screen().replace("\n", ""), "a refusal")


if __name__ == "__main__":
    unittest.main()
