"""Storage whose every write takes a while: those of several ranks are under way at once, whatever they go through."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["AFORO_SOURCE_DIR"], "bench"))

from accuracy import fuse
from accuracy.cgroups import Unavailable
from session import Session

SLOWFS = sys.argv.pop(1)
WRITES = 10  # of a rank, 64 KiB each


class SlowWrites(Session):
    def seconds(self, ranks, write):
        """Of a checkpoint by so many ranks, on one I/O loop."""
        job = self.place / f"{ranks}.yaml"
        job.write_text(f"name: slow\ncheckpoint: {{parameters: {ranks * WRITES * 65536}, ranks: {ranks}, weight_bytes: 1, "
                       "optimizer_bytes: 0, chunk: 64 KiB, depth: 1}\n")
        record = self.record("checkpoint", job, self.place / "mirror" / f"{write}-{ranks}", "--write", 1, "--read", 0,
                             "--threads", 1, f"checkpoint.write={write}")
        return record["checkpoints"][0]["seconds"]

    def test_ranks_do_not_wait_for_each_other(self):
        source, mirror = self.place / "source", self.place / "mirror"
        source.mkdir()
        try:
            with fuse.mounted(SLOWFS, str(source), str(mirror), ["--read-write", "--write-latency", "constant:30ms"]):
                for write in ("direct", "buffered"):
                    with self.subTest(write):
                        alone = self.seconds(1, write)
                        self.assertGreater(alone, WRITES * 0.03)
                        # One after another they would take four times as long.
                        self.assertLess(self.seconds(4, write), 2 * alone)
        except Unavailable as reason:
            self.skipTest(str(reason))


if __name__ == "__main__":
    unittest.main()
