"""Several processes of aforo that work in one place, and end in the middle."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from launching import Launching, processes_of
from session import AFORO


class Many(Launching):
    def setUp(self):
        """In memory where there is some: a sync would wait for everything else on a shared disk."""
        super().setUp()
        if os.access("/dev/shm", os.W_OK):
            self.place = pathlib.Path(tempfile.mkdtemp(prefix="aforo-session-", dir="/dev/shm"))
            self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)

    def fill(self, path):
        """Somebody else takes what room there is."""
        with open(path, "wb") as file, contextlib.suppress(OSError):
            while True:
                os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size + (1 << 20))

    def job_of(self, samples, size, name="many.yaml", **more):
        lines = {"layout": "file-per-sample", "content": "raw", "samples": samples, "files_per_directory": 500 if "layout" not in more else 0,
                 "sample_size": f"{{mean: {size} B, stddev: {int(size * 0.2)} B, distribution: normal}}", **more}
        path = self.place / name
        path.write_text("dataset:\n" + "".join(f"  {key}: {value}\n" for key, value in lines.items()))
        return name

    def started(self, processes, *words, program=AFORO):
        launcher = subprocess.Popen(self.words(processes, *words, "--json", "joint.json", "--quiet", program=program), cwd=self.place,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.ended, launcher)
        return launcher

    def held(self, launcher, processes, there):
        """Stopped, once they are `there`: what is done to them then falls into the middle of their work. Pids by process: the one
        that was started, and the one below it that works."""
        pids = {}
        while len(pids) < processes or any(len(each) < 2 for each in pids.values()):
            self.assertIsNone(launcher.poll(), "it ended by itself")
            pids = processes_of(launcher.pid)
        while not there():  # it takes less than a second: every millisecond counts
            self.assertIsNone(launcher.poll(), "it ended by itself")
        for _, worker in pids.values():
            os.kill(worker, signal.SIGSTOP)
        return pids

    def let_go(self, pids, with_signal=0):
        """They go on, and find that signal first where one is given."""
        for _, worker in pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, with_signal)
                os.kill(worker, signal.SIGCONT)

    def until(self, there, launcher):
        limit = time.monotonic() + 30
        while not there():
            self.assertIsNone(launcher.poll(), "it ended by itself")
            self.assertLess(time.monotonic(), limit, "it does not come so far")
            time.sleep(0.001)

    def said_by(self, launcher):
        out, err = launcher.communicate(timeout=60)
        self.assertEqual(out, "")
        return [line for line in err.splitlines() if line.startswith("aforo: ")]
