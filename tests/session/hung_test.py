"""Storage that stops answering, and a client at its own limits: commands end, keep what they have, and blame no sample."""

import contextlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.environ["AFORO_SOURCE_DIR"], "bench"))

from accuracy import fuse
from accuracy.cgroups import Unavailable
from session import AFORO, Session

SLOWFS = sys.argv.pop(1)
JOB = """\
name: long
dataset: {layout: file-per-sample, content: raw, samples: 400, sample_size: 20 kB}
loader: {framework: pytorch, batch_size: 4, workers: 4, prefetch: 2}
accelerator: {type: tiny, count: 1, step_time: 5 ms}
training: {epochs: 1000}
"""
SHARDS = """\
name: many
dataset: {layout: tfrecord, content: raw, samples: 2400, sample_size: 1 kB, samples_per_file: 2}
loader: {framework: pytorch, batch_size: 4, workers: 4, prefetch: 2}
accelerator: {type: tiny, count: 1, step_time: 1 ms}
"""


@contextlib.contextmanager
def let_go(process, server):
    """Whatever was found, nothing is left that hangs."""
    try:
        yield
    finally:
        process.kill()
        server.send_signal(signal.SIGCONT)


def stop_all_of(server):
    """Until each of its threads has stopped: on a busy machine one that waits for a core has not yet."""
    server.send_signal(signal.SIGSTOP)
    until = time.monotonic() + 10
    states = pathlib.Path(f"/proc/{server.pid}/task")
    while time.monotonic() < until:
        if all((task / "stat").read_text().rpartition(")")[2].split()[0] == "T" for task in states.iterdir()):
            return
        time.sleep(0.01)


class HungTest(Session):
    def end_of(self, *words, ask=None):
        """The Record, and the seconds from the server's stop to the end of `aforo *words` on its mount."""
        (self.place / "job.yaml").write_text(JOB)
        source, mirror = self.place / "source", self.place / "mirror"
        source.mkdir()
        self.aforo("generate", "job.yaml", source / "data", "--quiet")
        try:
            with fuse.mounted(SLOWFS, str(source), str(mirror), ["--read-latency", "constant:1ms"]) as server:
                process = subprocess.Popen([AFORO, *words, "--quiet", "--json", self.place / "record.json"], cwd=self.place,
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                with let_go(process, server):
                    time.sleep(1.5)
                    stop_all_of(server)
                    stopped = time.monotonic()
                    if ask:
                        time.sleep(0.5)
                        process.send_signal(ask)
                    process.communicate(timeout=20)
                    took = time.monotonic() - stopped
        except Unavailable as reason:
            self.skipTest(str(reason))
        self.assertEqual(process.returncode, 2)
        return json.loads((self.place / "record.json").read_text()), took

    def check(self, record, took):
        self.assertLess(took, 8)
        self.assertTrue(record["partial"])
        self.assertGreater(record["steps"], 0)
        self.assertIn("not_judged", record)
        self.assertIn("unknown", record["verdict"]["text"])

    def test_a_stop_ends_a_run(self):
        for engine in ("io_uring", "threads"):
            with self.subTest(engine):
                self.check(*self.end_of("run", "job.yaml", "mirror/data", "--engine", engine, ask=signal.SIGINT))
                self.setUp()

    def test_a_timeout_ends_a_run(self):
        record, took = self.end_of("run", "job.yaml", "mirror/data", "--timeout", "2s")
        self.check(record, took)
        self.assertGreater(record["errors"]["by_kind"]["timed out"], 0)

    def test_a_time_limit_ends_a_run(self):
        self.check(*self.end_of("run", "job.yaml", "mirror/data", "--time-limit", "3s"))


class HungLinkTest(Session):
    def test_a_stop_ends_an_inspection_that_a_link_led_there(self):
        source, mirror, tree = self.place / "source", self.place / "mirror", self.place / "tree"
        for place in (source, tree):
            place.mkdir()
        (source / "a.bin").write_bytes(b"some bytes")
        (tree / "train").symlink_to(mirror)
        try:
            with fuse.mounted(SLOWFS, str(source), str(mirror), ["--read-latency", "constant:1ms"]) as server:
                server.send_signal(signal.SIGSTOP)
                process = subprocess.Popen([AFORO, "inspect", tree], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                with let_go(process, server):
                    time.sleep(1)
                    process.terminate()
                    said = process.communicate(timeout=12)[1]
        except Unavailable as reason:
            self.skipTest(str(reason))
        self.assertEqual(process.returncode, 2)
        self.assertIn("expected storage to answer", said)


class ClientTest(Session):
    def shards(self):
        (self.place / "many.yaml").write_text(SHARDS)
        self.aforo("generate", "many.yaml", "data", "--quiet")

    def limited(self, soft, hard, *words):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

        return subprocess.run([AFORO, *words], cwd=self.place, preexec_fn=limit, capture_output=True, text=True, timeout=100)

    def test_more_shards_than_open_files(self):
        self.shards()
        for limit in (1024, 200, 64):
            for engine in ("auto", "threads"):
                with self.subTest(f"{limit} {engine}"):
                    said = self.limited(limit, limit, "run", "many.yaml", "data", "--engine", engine, "--no-diagnose",
                                        "--quiet", "--json", "-")
                    record = json.loads(said.stdout)
                    self.assertEqual(record["errors"]["count"], 0, record["errors"])
                    self.assertEqual(record["samples"], 2400)

    def test_too_few_open_files_are_said_before_the_run(self):
        self.shards()
        for engine in ("auto", "threads"):
            said = self.limited(12, 12, "run", "many.yaml", "data", "--engine", engine, "--threads", "2")
            self.assertEqual(said.returncode, 2)
            self.assertIn("ulimit -n", said.stderr)
            self.assertEqual(said.stdout, "")

    def test_no_lack_of_open_files_is_blamed_on_samples(self):
        self.shards()
        words = ("many.yaml", "data", "--no-diagnose", "-n", "32", "loader.framework=tensorflow")
        for more in ((), ("--dry-run",), ("--on-error", "skip")):
            said = self.limited(100, 100, "run", *words, *more)
            self.assertEqual(said.returncode, 2)
            self.assertRegex(said.stderr, r"128 that readers hold at once.* found a limit of 100: raise it with 'ulimit -n")
            self.assertEqual(said.stdout, "")
        said = self.limited(64, 64, "run", "many.yaml", "data", "--find-max", "--time-limit", "20s", "--no-diagnose",
                            "loader.framework=tensorflow", "--quiet", "--json", "r.json", "training.au_target=0.01")
        record = json.loads((self.place / "r.json").read_text())
        self.assertNotIn("failed", record, said.stderr)
        self.assertNotIn("on-error", said.stderr)
        said = self.limited(64, 64, "probe", "data", "--budget", "4s", "-o", "p.yaml", "--quiet", "--json", "p.json")
        self.assertEqual(said.returncode, 0, said.stderr)

    def test_a_run_that_lost_samples_or_read_nothing_is_not_met(self):
        job = self.job(content="raw")
        self.dataset(job)
        files = sorted((self.place / "data").rglob("*.bin"))
        for victim in files[:48]:  # of 240
            victim.write_bytes(b"")
        said = self.aforo("run", job, "data", "--on-error", "skip", "--no-diagnose", "--json", "r.json", code=1)
        record = json.loads((self.place / "r.json").read_text())
        self.assertIn("20.0 % of the samples failed", record["not_judged"])
        for victim in files:
            victim.unlink()
        said = self.aforo("run", job, "data", "--on-error", "skip", "--no-diagnose", code=2)
        self.assertNotIn("--on-error", said.err)  # as it was given
        self.assertNotIn("meets the target", said.out + record["verdict"]["text"])
        empty = self.place / "empty"
        empty.mkdir()
        for i in range(50):
            (empty / f"{i:03}.jpg").write_bytes(b"")
        said = self.aforo("run", job, "empty", "dataset.content=jpeg", "--no-diagnose", "training.epochs=20", code=1)
        self.assertNotIn("meets the target", said.out)
        self.assertIn("no byte was read", said.out)

    def test_a_dry_run_of_hundreds_of_millions_comes_at_once(self):
        begin = time.monotonic()
        record = self.record("generate", "clip_laion400m_a100", "data", "--dry-run", code=2)  # it fits nowhere here
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(record["samples"], 407_000_000)

    def test_a_search_keeps_its_time_limit(self):
        job, data = self.dataset()
        begin = time.monotonic()
        said = self.aforo("run", job, data, "--find-max", "--time-limit", "1s", code=2)
        self.assertLess(time.monotonic() - begin, 6)
        self.assertIn("--time-limit", said.err)

    def test_a_closed_standard_output_is_an_error(self):
        said = subprocess.run([AFORO, "catalogue", "workloads"], preexec_fn=lambda: os.close(1), stderr=subprocess.PIPE,
                              text=True, timeout=60)
        self.assertEqual(said.returncode, 2)
        self.assertIn("standard output", said.stderr)
        subprocess.run([AFORO, "catalogue", "workloads", "--json", self.place / "r.json"], preexec_fn=lambda: os.close(1),
                       check=True, timeout=60)

    def test_what_cannot_be_kept_or_reached_is_said(self):
        job, data = self.dataset()
        self.assertIn("1 ms", self.aforo("run", job, data, "--timeout", "1ns", code=2).err)
        gone = self.place / "gone"
        gone.mkdir()
        said = subprocess.run(["sh", "-c", f"rmdir ../gone; exec {AFORO} generate {job} x"], cwd=gone, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(said.returncode, 2)
        self.assertIn("working directory that has been removed", said.stderr)
        self.assertNotIn("\x1b", self.aforo("size", "resnet50_h100", "--pri\x1b[31m", code=2).err)

    def test_what_a_killed_probe_left_is_named(self):
        (self.place / "there" / "aforo-probe-file").mkdir(parents=True)
        self.assertIn("there/aforo-probe-file", self.aforo("generate", "--delete", "there", code=2).err)


if __name__ == "__main__":
    unittest.main()
