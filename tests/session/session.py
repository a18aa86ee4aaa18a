"""A person at a terminal: gives aforo words in a directory of their own and looks at what comes back."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

AFORO = os.environ["AFORO"]

# Small enough for a second, large enough for several steps: 240 samples of about 20 kB, batches of 4.
JOB = """\
name: small
dataset:
  layout: file-per-sample
  content: {content}
  samples: 240
  sample_size: {{mean: 20 kB, stddev: 3 kB, distribution: normal}}
  files_per_directory: 100
loader: {{framework: pytorch, batch_size: 4, workers: 2, prefetch: 2}}
accelerator: {{type: tiny, count: 2, step_time: {step_time}}}
training: {{epochs: {epochs}, synchronous: true, au_target: 0.05}}
"""


class Said:
    def __init__(self, words, finished):
        self.words, self.code, self.out, self.err = words, finished.returncode, finished.stdout, finished.stderr

    def __str__(self):
        return f"aforo {' '.join(self.words)}\nexit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


class Session(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="aforo-session-"))
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)

    def aforo(self, *words, code=0):
        """The command, with the exit code it must have; None: whether the answer is met or not."""
        words = [str(word) for word in words]
        said = Said(words, subprocess.run([AFORO, *words], capture_output=True, text=True, cwd=self.place, timeout=120))
        self.assertIn(said.code, (0, 1) if code is None else (code,), said)
        if code == 2:
            self.assertRegex(said.err, r"(^|\n)aforo: .+\n$", said)
        return said

    def record(self, *words, code=0):
        return json.loads(self.aforo(*words, "--json", "-", "--quiet", code=code).out)

    def job(self, content="jpeg", step_time="2 ms", epochs=1, name="small.yaml"):
        path = self.place / name
        path.write_text(JOB.format(content=content, step_time=step_time, epochs=epochs))
        return path

    def dataset(self, job=None):
        """A generated dataset, and the job it was made for."""
        job = job or self.job()
        self.aforo("generate", job, "data", "--quiet")
        return job, self.place / "data"

    def files(self, directory):
        """{relative path: bytes} of every file, marker included."""
        root = self.place / directory
        return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}

    @contextlib.contextmanager
    def filesystem(self, options):
        """A memory filesystem of its own; skipped where it cannot be mounted."""
        point = self.place / "mount"
        point.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "aforo-test", str(point)], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"cannot mount a tmpfs here: {done.stderr.strip()}")
        try:
            yield point
        finally:
            subprocess.run(["umount", str(point)], check=True)


def samples_in(files):
    """Of `Session.files`, those that are samples: not aforo's own."""
    return {name: data for name, data in files.items() if not name.startswith(".aforo") and "aforo" not in name}
