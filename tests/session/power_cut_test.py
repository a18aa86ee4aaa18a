"""A power cut while a dataset is laid: what storage had at one moment is all that is left.

The file system under test lies in an image on a file system that can clone files; a clone, taken while aforo writes and
another process syncs a file beside, is what a machine finds that lost its power then.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import unittest

from images import ImageSession, call
from session import AFORO, samples_in

# Small files, so that many of them lie between two syncs.
JOB = """\
name: small
dataset: {layout: file-per-sample, content: raw, samples: 20000, files_per_directory: 500,
          sample_size: {mean: 4 kB, stddev: 1 kB, distribution: normal}}
loader: {framework: pytorch, batch_size: 4, workers: 2, prefetch: 2}
accelerator: {type: tiny, count: 1, step_time: 2 ms}
"""
CUTS = ("before the first mark", "after a mark")
MARKS_EVERY = 2.0  # seconds, as aforo saves them


def mark_in(folder):
    return json.loads((folder / "aforo-dataset.json").read_text())["files_written"]


def sync_names(folder):
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


class PowerCutTest(ImageSession):
    @contextlib.contextmanager
    def cloning(self):
        """A folder in which a file is cloned at once (xfs or btrfs), whatever lies below it."""
        kind = "xfs" if shutil.which("mkfs.xfs") else "btrfs"
        image = self.made(kind, self.place / f"outer.{kind}", 4 << 30)
        with self.mounted(image, "outer") as outer:
            yield outer

    @contextlib.contextmanager
    def syncing_beside(self, folder):
        """Somebody who syncs a file of their own there, again and again, and with it the file system's journal."""
        over = threading.Event()

        def work():
            with open(folder / "beside", "wb") as file:
                while not over.wait(0.05):
                    file.write(b"x")
                    file.flush()
                    os.fsync(file.fileno())

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def cut(self, outer, kind, when):
        """The image as storage had it while the dataset was laid."""
        name = f"{kind} {when}".replace(" ", "-")
        image, left = self.made(kind, outer / f"{name}.image", 700 << 20), outer / f"{name}.left"
        with self.mounted(image, "inner") as inner, self.syncing_beside(inner):
            laying = subprocess.Popen([AFORO, "generate", self.place / "job.yaml", inner / "data", "--quiet", "--threads", "1"])

            def wait_until(true):
                while not true():
                    self.assertIsNone(laying.poll(), "the dataset was laid before the power could be cut")
                    time.sleep(0.002)

            try:
                wait_until((inner / "data/d00006").exists)
                if when == "after a mark":
                    laying.send_signal(signal.SIGSTOP)
                    time.sleep(MARKS_EVERY)
                    laying.send_signal(signal.SIGCONT)
                    # However long this machine takes for it; its name is on storage a little later than it is seen.
                    wait_until(lambda: mark_in(inner / "data") > 0)
                    sync_names(inner / "data")
                call("cp", "--reflink=always", image, left)
            finally:
                laying.kill()
                laying.wait()
        return left

    def judge(self, kind):
        (self.place / "job.yaml").write_text(JOB)
        self.aforo("generate", "job.yaml", "whole", "--quiet")
        whole = samples_in(self.files("whole"))
        order = sorted(whole)
        with self.cloning() as outer:
            for when in CUTS:
                with self.subTest(f"{kind} {when}"), self.mounted(self.cut(outer, kind, when), "found") as found:
                    marker = found / "data" / "aforo-dataset.json"
                    self.assertTrue(marker.exists(), "it is on storage before the first file")
                    mark = mark_in(found / "data")
                    for name in order[:mark]:
                        self.assertEqual((found / "data" / name).read_bytes(), whole[name], f"{name} of {mark}")
                    if when == "after a mark":
                        self.assertGreater(mark, 0)
                    self.aforo("generate", "job.yaml", found / "data", "--quiet")
                    self.assertEqual(samples_in(self.files(found / "data")), whole)
                    self.aforo("generate", "--delete", found / "data")
                    self.assertEqual(list((found / "data").iterdir()), [])

    def test_ext4(self):
        self.judge("ext4")

    def test_xfs(self):
        self.judge("xfs")

    def test_btrfs(self):
        self.judge("btrfs")


if __name__ == "__main__":
    unittest.main()
