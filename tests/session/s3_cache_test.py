"""A bucket read through a cache on this host's disk: what it finds is what predict says, who shares it, and what is left of it."""

import json
import signal
import subprocess
import sys
import time
import unittest

import s3_servers
from bucket import BucketSession, on_each_server
from launching import MPIRUN, OPTIONS, require_mpi
from session import AFORO

FILES = ("name: files\ndataset: {layout: file-per-sample, content: raw, samples: 600, sample_size: 30 kB}\n"
         "loader: {framework: pytorch, batch_size: 4, workers: 2, prefetch: 2}\n"
         "accelerator: {type: tiny, count: 2, step_time: 1 ms}\ntraining: {epochs: 5, au_target: 0.01}\n")
BUCKET = "storage: 1\nname: bucket\nstations: [{station: requests, name: requests, rate: 3000/s}]\n"


class Caching(BucketSession):
    def files(self, epochs=5):
        (self.place / "files.yaml").write_text(FILES.replace("epochs: 5", f"epochs: {epochs}"))
        (self.place / "bucket.yaml").write_text(BUCKET)
        return self.place / "files.yaml"

    def run_cached(self, job, place, size, *more, cache="cache"):
        return self.record_there("run", job, place, "--cache", cache, "--cache-size", size, "--no-diagnose", *more)

    def left(self, cache="cache"):
        """Bytes of the objects there, in whole blocks, and the names that are being fetched."""
        root = self.place / cache
        return (sum(-(-p.stat().st_size // 4096) * 4096 for p in (root / "objects").iterdir()),
                [p.name for p in (root / "filling").iterdir()])

    def test_hit_share_is_what_predict_says(self):
        job = self.files()
        place = self.lay(job)
        for policy in ("random", "lru"):
            for size in (6, 11):  # MB, of 19.7 in whole blocks
                with self.subTest(policy=policy, size=size):
                    how = ("--cache-size", f"{size}MB", "--cache-policy", policy)
                    said = self.record("predict", job, "bucket.yaml", *how, code=None)["cache_hit_share"]
                    record = self.run_cached(job, place, f"{size}MB", "--cache-policy", policy, "--verify", cache=f"{policy}-{size}")
                    cache = record["cache"]
                    self.assertEqual(record["errors"]["count"], 0)
                    self.assertEqual(cache["hits"] + cache["misses"] + cache["passed"], 3000)
                    self.assertEqual(cache["passed"], 0)
                    self.assertLess(abs(cache["hit_share"] - said), 0.035, (cache, said))
                    self.assertEqual(record["requests"]["get"], cache["misses"])
                    self.assertLessEqual(self.left(f"{policy}-{size}")[0], size * 1_000_000)

    def test_shards_are_fetched_whole_and_predicted(self):
        job = self.shards()
        (self.place / "bucket.yaml").write_text(BUCKET)
        place = self.lay(job)
        record = self.run_cached(job, place, "100MB", "--verify", "-e", 3)
        said = self.record("predict", job, "bucket.yaml", "--cache-size", "100MB", "-e", 3, code=None)
        self.assertEqual((record["samples"], record["errors"]["count"]), (1200, 0))
        self.assertEqual(record["cache"]["objects_fetched"], 4)
        self.assertLess(abs(record["cache"]["hit_share"] - said["cache_hit_share"]), 0.02)

    def test_warm_and_on_the_page(self):
        job = self.files(epochs=2)
        place = self.lay(job)
        said = self.there("run", job, place, "--cache", "cache", "--cache-size", "100MB", "--no-diagnose", code=None)
        self.assertIn("cache       50.0 % from the cache; 17.2 MiB fetched into it, 600 objects, 0 evicted", said.out)
        if self.server_name == "s3s-fs":  # its listings tell no ETags: what lies there may be anything
            self.assertEqual(self.run_cached(job, place, "100MB")["cache"]["hit_share"], 0.5)
            return
        warm = self.run_cached(job, place, "100MB", "--verify", "--drop-caches")
        self.assertEqual((warm["cache"]["hit_share"], warm["requests"]["get"]), (1, 0))
        key = next(k for k in self.server.objects() if not k.endswith(".json"))
        self.server.put(key, b"x" * 30_000)
        again = self.run_cached(job, place, "100MB")
        self.assertEqual((again["cache"]["misses"], again["requests"]["get"]), (1, 1))

    def test_shared_by_the_processes_of_a_host(self):
        require_mpi()
        job = self.files(epochs=2)
        place = self.lay(job)
        words = [MPIRUN, *OPTIONS, "-n", "2", AFORO, "run", str(job), place, "--cache", "cache", "--cache-size", "100MB", "--no-diagnose",
                 "--verify", "--json", "r.json", "--quiet"]
        done = subprocess.run(words, capture_output=True, text=True, cwd=self.place, timeout=120, env=self.environment)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        record = json.loads((self.place / "r.json").read_text())
        self.assertEqual(len(record["hosts"]), 2)
        self.assertEqual(record["cache"]["objects_fetched"], 600)
        self.assertEqual(record["requests"]["get"], 600)
        self.assertEqual(record["cache"]["hits"], 600)

    def start(self, *words):
        process = subprocess.Popen([AFORO, *map(str, words)], cwd=self.place, env=self.environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if len(list((self.place / "cache/objects").glob("*")) if (self.place / "cache/objects").is_dir() else []) > 20:
                return process
            time.sleep(0.02)
        process.kill()
        self.fail(process.communicate()[1])

    def test_ended_and_killed(self):
        job = self.files(epochs=1000)
        place = self.lay(job)
        words = ("run", job, place, "--cache", "cache", "--cache-size", "6MB", "--no-diagnose")
        process = self.start(*words)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(self.left()[1], [])
        process = self.start(*words)
        process.kill()
        process.communicate(timeout=30)
        (self.place / "cache/filling/fill-1-1").write_text("left")
        self.assertEqual(self.run_cached(job, place, "6MB", "-e", 1, "--verify")["errors"]["count"], 0)
        size, filling = self.left()
        self.assertEqual(filling, [])
        self.assertLessEqual(size, 6_000_000)

    def test_a_full_disk_is_passed_by(self):
        job = self.files(epochs=2)
        place = self.lay(job)
        with self.filesystem("size=8m") as point:
            record = self.run_cached(job, place, "100MB", "--verify", cache=point / "cache")
            self.assertEqual((record["errors"]["count"], record["samples"]), (0, 1200))
            self.assertGreater(record["cache"]["disk_full"], 100)
            self.assertTrue(any("its disk was full" in warning for warning in record["warnings"]), record["warnings"])
            self.assertEqual(list((point / "cache/filling").iterdir()), [])

    def test_what_is_wrong_is_one_sentence(self):
        job = self.files(epochs=1)
        place = self.lay(job)
        how = ("run", job, place)
        self.assertIn("expected --cache-size beside --cache", self.refused(*how, "--cache", "c"))
        self.assertIn("expected --cache beside --cache-size", self.refused(*how, "--cache-size", "1GB"))
        self.assertIn("expected --cache beside --cache-policy", self.refused(*how, "--cache-policy", "lru"))
        self.assertIn("expected random or lru", self.refused(*how, "--cache", "c", "--cache-size", "1GB", "--cache-policy", "fifo"))
        self.assertIn("expected 1.00 MiB or more for --cache-size", self.refused(*how, "--cache", "c", "--cache-size", "10kB"))
        self.assertIn("null", self.refused(*how, "--cache", "c", "--cache-size", "1GB", "--null"))
        self.assertIn("expected s3://BUCKET/PREFIX beside --cache", self.refused("run", job, "data", "--cache", "c", "--cache-size", "1GB"))
        self.assertIn("expected a directory of this host", self.refused(*how, "--cache", place, "--cache-size", "1GB"))
        self.assertIn("expected --cache-size beside --cache-policy", self.refused("predict", job, "bucket.yaml", "--cache-policy", "lru"))
        self.assertFalse((self.place / "c").exists())
        (self.place / "mine").mkdir()
        (self.place / "mine/file").write_text("x")
        self.assertIn("found 'mine' with file", self.refused(*how, "--cache", "mine", "--cache-size", "1GB"))
        self.assertEqual([p.name for p in (self.place / "mine").iterdir()], ["file"])
        self.run_cached(job, place, "100MB")
        other = self.lay(job, "train/other")
        self.assertIn("expected a cache of", self.refused("run", job, other, "--cache", "cache", "--cache-size", "100MB"))
        self.assertIn("ENOTDIR (not a directory)", self.refused(*how, "--cache", "files.yaml", "--cache-size", "100MB"))
        self.there(*how, "--cache", "dry", "--cache-size", "100MB", "--dry-run")
        self.assertFalse((self.place / "dry").exists())

    def test_the_largest_number(self):
        job = self.files(epochs=1)
        place = self.lay(job)
        record = self.record_there("run", job, place, "--find-max", "--max-accelerators", 4, "--cache", "cache", "--cache-size", "100MB")
        self.assertGreaterEqual(record["max_accelerators"], 1)


on_each_server(s3_servers.NAMES, globals())

if __name__ == "__main__":
    unittest.main(argv=sys.argv)
