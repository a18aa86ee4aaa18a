"""A run in progress in a browser: `aforo run --serve`."""

import re
import signal
import subprocess
import threading
import unittest

from serving import ADDRESS, AFORO, Server
from session import Session


class Running(Server):
    """A run instead of 'aforo serve'; its address stands on standard error."""

    def __init__(self, words, cwd):
        self.process = subprocess.Popen([AFORO, *words], cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stderr.readline()
        found = ADDRESS.search(line)
        if not found:
            raise AssertionError(f"no address in {line!r}: {self.process.communicate(timeout=10)}")
        self.port, self.token, self.cookie = int(found[1]), found[2], None
        # What else is said must not stand in a full pipe.
        self.said = []
        self.reader = threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True)
        self.reader.start()
        self.cookie = self.ask("GET", f"/?token={self.token}").headers["set-cookie"].split(";")[0]


class RunServe(Session):
    def test_a_browser_sees_the_run_and_its_answer(self):
        # Longer than any browser takes to come: it is ended by Ctrl-C.
        job, data = self.dataset(self.job(step_time="20 ms", epochs=100_000))
        run = Running(["run", str(job), str(data), "--serve", "--json", "run.json", "--no-diagnose", "--quiet"], self.place)
        stream = run.stream("/api/live")
        status = next(data for name, data in stream if name == "status" and data.get("samples_per_second", 0) > 0)
        self.assertEqual(status["phase"], "training")
        self.assertEqual(status["accelerators"], 2)
        run.process.send_signal(signal.SIGINT)
        answer = next(data for name, data in stream if name == "answer")
        self.assertTrue(answer["record"]["partial"])
        self.assertIn('<article class="record" data-command="run">', answer["html"])
        self.assertEqual(run.process.wait(60), 2, run.said)
        run.end()

    def test_nobody_need_look(self):
        job, data = self.dataset()
        said = self.aforo("run", job, data, "--serve", "--no-diagnose", "--quiet", code=None)
        self.assertRegex(said.err, re.compile(r"open http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{32}#live"))

    def test_it_is_refused_where_nothing_runs(self):
        self.assertIn("nothing is run", self.aforo("run", self.job(), "data", "--serve", "--dry-run", code=2).err)


if __name__ == "__main__":
    unittest.main()
