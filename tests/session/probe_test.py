"""A probe measures, and leaves no trace: datasets stay as they are, empty directories empty."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest

from session import AFORO, Session


class ProbeTest(Session):
    def probe(self, *words, code=0):
        return self.aforo("probe", *words, "--budget", "2s", code=code)

    def assert_is_storage(self, path):
        """A file that aforo wrote: probed, with at least one curve of rising concurrency."""
        text = path.read_text()
        for key in ("tiers", "curves", "concurrency"):
            self.assertIn(key, text)

    def test_an_existing_dataset_is_read_and_left_as_it_is(self):
        job, data = self.dataset()
        before = self.files(data)
        said = self.probe(data, "--workload", job, "-o", "storage.yaml", "--json", "probe.json")
        self.assertEqual(self.files(data), before)
        self.assert_is_storage(self.place / "storage.yaml")
        record = json.loads((self.place / "probe.json").read_text())
        self.assertEqual(record["command"], "probe")
        self.assertFalse(record["partial"])
        curve = record["curves"][0]
        self.assertEqual((curve["kind"], curve["read"], curve["cached"]), ("file", "buffered", False))
        self.assertAlmostEqual(curve["operation_bytes"], 20_000, delta=2_000)
        levels = [point["concurrency"] for point in curve["points"]]
        self.assertEqual(levels, sorted(levels))
        self.assertEqual(levels[:3], [1, 2, 4])
        for point in curve["points"]:
            self.assertGreater(point["operations_per_second"], 0)
            self.assertAlmostEqual(point["latency_seconds"] * point["operations_per_second"], point["concurrency"], places=6)
        self.assertIn("in flight", said.out)

    def test_writing_is_measured_beside_and_leaves_no_trace(self):
        job, data = self.dataset()
        before = self.files(data)
        said = self.probe(data, "--workload", job, "--writes", "new/w", "-o", "storage.yaml", "--json", "probe.json")
        self.assertEqual(self.files(data), before)
        self.assertFalse((self.place / "new").exists())
        text = (self.place / "storage.yaml").read_text()
        for key in ("writes:", "write: buffered", "write: direct", "writers: 1", "beside:"):
            self.assertIn(key, text)
        record = json.loads((self.place / "probe.json").read_text())
        writes = record["writes"][0]
        self.assertEqual((writes["write"], writes["synced"]), ("buffered", True))
        self.assertEqual([point["writers"] for point in writes["points"]][:3], [1, 2, 4])
        for point in writes["points"]:
            self.assertGreater(point["bytes_per_second"], 0)
        for left in ("reads_left", "writes_left"):
            self.assertGreater(writes["beside"][left], 0)
        self.assertIn("Files written, buffered, synced", said.out)
        self.assertIn("writers keep", said.out)

    def test_writing_where_others_have_files_is_refused(self):
        job, data = self.dataset()
        before = self.files(data)
        for place in (data, data / "w", data / "../data"):
            said = self.probe(data, "--workload", job, "--writes", place, code=2)
            self.assertIn("expected a place for --writes outside", said.err)
        (self.place / "theirs").mkdir()
        (self.place / "theirs/thesis.txt").write_text("years of work")
        said = self.probe(data, "--workload", job, "--writes", "theirs", code=2)
        self.assertIn("theirs", said.err)
        self.assertEqual((self.place / "theirs/thesis.txt").read_text(), "years of work")
        self.assertEqual(self.files(data), before)

    def test_without_a_workload_it_takes_what_is_there(self):
        _, data = self.dataset()
        record = self.record("probe", data, "--budget", "2s", "--read", "buffered")
        self.assertEqual({curve["kind"] for curve in record["curves"]}, {"file"})

    def test_shards_are_read_as_streams(self):
        job = self.place / "shards.yaml"
        job.write_text("name: shards\ndataset: {layout: tfrecord, samples: 800, sample_size: 20 kB, samples_per_file: 100}\n"
                       "loader: {framework: tensorflow, batch_size: 4}\naccelerator: {type: tiny, step_time: 1 ms}\n")
        self.aforo("generate", job, "data", "--quiet")
        record = self.record("probe", "data", "--workload", job, "--budget", "2s")
        curve = record["curves"][0]
        self.assertEqual(curve["kind"], "stream")
        self.assertGreater(curve["operation_bytes"], 200_000)  # requests of 256 KiB but for each shard's last
        self.assertLessEqual(curve["operation_bytes"], 262_144)

    def test_packed_files_are_read_in_ranges_and_predicted_from_them(self):
        job = self.place / "packed.yaml"
        job.write_text("name: packed\ndataset: {layout: records, samples: 800, sample_size: 20 kB, samples_per_file: 100}\n"
                       "loader: {framework: pytorch, batch_size: 4, workers: 2}\naccelerator: {type: tiny, step_time: 1 ms}\n")
        self.aforo("generate", job, "data", "--quiet")
        record = self.record("probe", "data", "--workload", job, "--budget", "2s", "-o", "packed-storage.yaml")
        self.assertEqual(record["curves"][0]["kind"], "range")
        self.assertAlmostEqual(record["curves"][0]["operation_bytes"], 20_000, delta=100)
        self.assertGreater(record["loader"]["cpu_seconds_per_sample"], 0)
        said = subprocess.run([AFORO, "predict", job, "packed-storage.yaml", "--json", "-", "--quiet"], cwd=self.place,
                              capture_output=True, text=True, timeout=120)
        self.assertIn(said.returncode, (0, 1), said.stderr)
        self.assertGreater(json.loads(said.stdout)["au"], 0)

    def test_an_empty_directory_is_left_empty_and_an_absent_one_absent(self):
        job = self.job()
        (self.place / "empty").mkdir()
        for where in ("empty", "absent/deeper"):
            record = self.record("probe", where, "--workload", job, "--budget", "2s", "-o", f"{where[:5]}.yaml")
            self.assertTrue(record["config"]["laid"])
            self.assertGreater(record["laying_seconds"], 0)
            self.assertGreater(record["loader"]["samples_per_second"], 0, record["notes"])
        self.assertEqual(list((self.place / "empty").iterdir()), [])
        self.assertFalse((self.place / "absent").exists())
        self.assert_is_storage(self.place / "empty.yaml")

    def test_another_ones_files_are_a_dataset_and_stay(self):
        folder = self.place / "theirs"
        folder.mkdir()
        for i in range(40):
            (folder / f"{i}.bin").write_bytes(os.urandom(30_000))
        before = self.files(folder)
        self.probe(folder, "--read", "buffered")
        self.assertEqual(self.files(folder), before)

    def test_ctrl_c_leaves_nothing_behind(self):
        for after in (0.3, 1.5):
            started = subprocess.Popen([AFORO, "probe", "new", "--workload", str(self.job()), "--budget", "20s", "-o", "s.yaml"],
                                       cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(after)
            started.send_signal(signal.SIGINT)
            out, err = started.communicate(timeout=60)
            self.assertNotEqual(started.returncode, 0, out + err)
            self.assertFalse((self.place / "new").exists(), out + err)
            self.assertFalse((self.place / "s.yaml").exists(), out + err)

    def test_what_a_killed_probe_left_is_removed_by_the_next(self):
        started = subprocess.Popen([AFORO, "probe", "new", "--workload", str(self.job()), "--budget", "20s"],
                                   cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 20
        while not list(self.place.glob("new/*/aforo-dataset.json")) and time.monotonic() < deadline:
            time.sleep(0.02)
        started.kill()
        started.communicate()
        self.assertTrue(list(self.place.glob("new/*")))
        self.probe("new", "--workload", self.job())
        self.assertEqual(list(self.place.glob("new/*")), [])

    def test_a_tiny_target_is_refused_and_stays_empty(self):
        with self.filesystem("size=2m") as point:
            self.assertIn("free", self.probe(point / "new", "--workload", self.job(), code=2).err)
            self.assertEqual(list(point.iterdir()), [])

    def test_a_memory_filesystem_is_called_one(self):
        with self.filesystem("size=64m") as point:
            record = self.record("probe", point / "new", "--workload", self.job(), "--budget", "2s")
            self.assertTrue(any("memory" in note.lower() for note in record["notes"]), record["notes"])
            self.assertNotIn("cache_share", record)
            self.assertEqual(list(point.iterdir()), [])

    def test_a_read_only_target(self):
        with self.filesystem("size=64m") as point:
            self.aforo("generate", self.job(), point / "data", "--quiet")
            subprocess.run(["mount", "-o", "remount,ro", str(point)], check=True)
            self.assertIn("expected", self.probe(point / "new", "--workload", self.job(), code=2).err)
            self.probe(point / "data", "--workload", self.job(), "-o", self.place / "storage.yaml")
            self.assert_is_storage(self.place / "storage.yaml")

    def test_a_target_that_vanishes_ends_in_a_sentence(self):
        job, data = self.dataset()
        thief = threading.Timer(0.7, shutil.rmtree, [data / "d00000"], {"ignore_errors": True})
        thief.start()
        said = self.probe(data, "--workload", job, "-o", "storage.yaml", code=2)
        thief.join()
        self.assertIn("ENOENT", said.err)
        self.assertFalse((self.place / "storage.yaml").exists())

    def half_width(self, job, storage, *words):
        predicted = self.record("predict", job, storage, *words, "--no-advice", code=None)
        low, high = predicted["au_interval"]
        return max(predicted["au"] - low, high - predicted["au"]), predicted

    def test_it_ends_as_soon_as_the_job_is_known(self):
        job, data = self.dataset()
        record = self.record("probe", data, "--workload", job, "-n", "3", "--precision", "100", "-o", "storage.yaml")
        precision = record["precision"]
        self.assertEqual(precision["end"], "reached", precision)
        self.assertIn("on 3 accelerators", precision["text"])
        self.assertIn(precision["text"], record["notes"])
        half, _ = self.half_width(job, "storage.yaml", "-n", "3")
        self.assertAlmostEqual(half, precision["half_width"], places=3)  # what was promised is what is predicted

    def test_what_was_not_reached_is_said_and_handed_on(self):
        job, data = self.dataset()
        record = self.record("probe", data, "--workload", job, "--precision", "0.01", "--budget", "3s", "-o", "storage.yaml")
        self.assertIn(record["precision"]["end"], ("least", "time"))
        text = record["precision"]["text"]
        self.assertIn("(asked: 0.01)", text)
        self.assertTrue(any(text in unknown for unknown in record["unknown"]), record["unknown"])
        _, predicted = self.half_width(job, "storage.yaml")
        self.assertEqual(predicted["config"]["storage_unknown"], record["unknown"])
        self.assertTrue(any("could not tell" in warning and text in warning for warning in predicted["warnings"]))

    def test_a_precision_without_its_job_is_refused(self):
        job, data = self.dataset()
        for words, says in ((("--precision", "0", "--workload", job), "found '0'"),
                            (("--precision", "3"), "which job"),
                            (("--precision", "3", "--workload", job, "--read", "direct"), "--read buffered or both"),
                            (("--precision", "3", "--workload", job, "loader.batch_size=1000"), "240")):
            self.assertIn(says, self.probe(data, *words, code=2).err)

    def test_a_run_says_where_its_storage_was_another(self):
        job, data = self.dataset()
        self.probe(data, "--workload", job, "-o", "storage.yaml")
        written = (self.place / "storage.yaml").read_text()
        self.assertRegex(written, r"place: \{filesystem: \w+")

        def run(text):
            (self.place / "changed.yaml").write_text(text)
            said = self.aforo("run", job, data, "--storage", "changed.yaml", "--no-diagnose", "--json", "run.json", code=None)
            return said, json.loads((self.place / "run.json").read_text())

        said, record = run(re.sub(r"filesystem: \w+(, device: [^}]+)?", "filesystem: nfs4, device: 'server:/export'", written))
        self.assertTrue(record["storage_check"]["stale"])
        self.assertIn("is of another storage: it measured nfs4 on server:/export", record["warnings"][0])
        self.assertIn(record["warnings"][0], said.err)
        _, record = run(re.sub(r"\nprobed: .*", "", written))
        self.assertNotIn("storage_check", record)
        # A hundredth of the rates: what was probed is slower than any storage here, unless the page cache holds the data.
        said, record = run(re.sub(r"rate: ([0-9.]+) /s", lambda rate: f"rate: {float(rate[1]) / 100:.6g} /s", written))
        check = record["storage_check"]
        self.assertTrue(check["stale"] if check["compared"] else check["why_not"], check)

    def test_words_that_contradict(self):
        _, data = self.dataset()
        self.assertIn("--workload", self.probe(data, "loader.workers=3", code=2).err)
        self.assertIn("budget", self.aforo("probe", data, "--budget", "1ms", code=2).err)
        self.assertIn("outside", self.probe(data, "-o", data / "storage.yaml", code=2).err)


if __name__ == "__main__":
    unittest.main()
