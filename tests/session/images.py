"""File systems of a test's own, in images."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from session import Session

MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"], "btrfs": ["mkfs.btrfs", "-q", "-f"]}


def call(*words):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True)


class ImageSession(Session):
    def setUp(self):
        """All in memory where there is some: syncs then wait for nobody else's data."""
        super().setUp()
        memory = pathlib.Path("/dev/shm")
        if memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30:
            self.place = pathlib.Path(tempfile.mkdtemp(prefix="aforo-session-", dir=memory))
            self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)

    @contextlib.contextmanager
    def mounted(self, image, name):
        """The file system in an image, seen at a folder of this name; unmounted at the end."""
        point = self.place / name
        point.mkdir()
        try:
            call("mount", "-o", "loop", image, point)
        except subprocess.CalledProcessError as refused:
            self.skipTest(f"cannot mount {image.name} here: {refused.stderr.strip()}")
        try:
            yield point
        finally:
            for _ in range(100):
                if subprocess.run(["umount", str(point)], capture_output=True).returncode == 0:
                    break
                time.sleep(0.1)
            else:
                call("umount", "--lazy", point)
            point.rmdir()

    def made(self, kind, image, size, *options):
        if os.geteuid() != 0:
            self.skipTest("mounting a file system needs root")
        if not shutil.which(MAKE[kind][0]):
            self.skipTest(f"{MAKE[kind][0]} is not installed")
        with open(image, "wb") as file:
            file.truncate(size)
        call(*MAKE[kind], *options, image)
        return image
