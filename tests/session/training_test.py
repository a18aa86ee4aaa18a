"""Training: a run, its Record, its end by a person, by a limit, by bad data."""

import csv
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from session import AFORO, Session, samples_in

# The keys that other programs rely on.
KEYS = ["schema", "command", "aforo_version", "started", "config", "machine", "accelerators", "au", "au_per_epoch",
        "statistics", "samples_per_second", "bytes_per_second", "bytes_requested", "steps", "step_seconds",
        "stall_seconds", "cpu_seconds", "verdict", "partial", "warnings"]


class TrainingTest(Session):
    def setUp(self):
        super().setUp()
        self.small, self.data = self.dataset()

    def test_a_run_and_its_record(self):
        record = self.record("run", self.small, "data", "--epochs", "2")
        for key in KEYS:
            self.assertIn(key, record)
        # 240 samples / (2 accelerators x 4) = 30 steps an epoch; every sample is read once per epoch.
        self.assertEqual((record["accelerators"], record["steps"]), (2, 60))
        total = sum(len(content) for content in samples_in(self.files("data")).values())
        self.assertEqual(record["bytes_requested"], 2 * total)
        self.assertTrue(0 < record["au"] <= 1)
        self.assertEqual(len(record["au_per_epoch"]), 2)
        self.assertEqual(set(record["statistics"]), {"wall", "mlps-v1.0", "mlps-v2.0", "mlps-v3.0"})
        self.assertIsInstance(record["verdict"]["text"], str)
        self.assertFalse(record["partial"])

    def test_the_page_says_what_matters(self):
        page = self.aforo("run", self.small, "data").out
        for word in ("accelerator", "small", "answer", "throughput", "the same with --full"):
            self.assertIn(word, page)
        self.assertLessEqual(len(page.splitlines()), 24)
        full = self.aforo("run", self.small, "data", "--full").out
        for word in ("Where their time goes", "Statistics, by name", "Evidence"):
            self.assertIn(word, full)
            self.assertNotIn(word, page)

    def test_a_missed_target_is_exit_code_1(self):
        # A step of a microsecond cannot be fed at 100 %.
        record = self.record("run", self.small, "data", "--step-time", "1 us", "--au-target", "1", "--no-diagnose", code=1)
        self.assertLess(record["au"], 1)

    def test_a_dry_run_shows_the_job_and_reads_nothing(self):
        said = self.aforo("run", self.small, "data", "--dry-run", "--workers", "7")
        self.assertIn("workers: 7", said.out)
        self.assertIn("nothing was read or run", said.out)
        record = self.record("run", self.small, "data", "--dry-run")
        self.assertTrue(record["dry_run"])
        self.assertEqual(record["would_read"]["samples"], 240)
        self.assertNotIn("au", record)

    def test_a_dry_run_before_anything_was_laid(self):
        (self.place / "empty").mkdir()
        there = self.record("run", self.small, "data", "--dry-run")
        for place in ("nowhere", "empty"):
            record = self.record("run", self.small, place, "--dry-run")
            # The dataset is a function of its description: what would be read is what lies there once it is laid.
            self.assertEqual(record["would_read"], there["would_read"])
            self.assertIn("nothing lies in", record["warnings"][-1])
        self.assertIn("nothing lies in", self.aforo("run", "deepcam_h100", "nowhere", "--dry-run").out)
        self.assertFalse((self.place / "nowhere").exists())

    def test_both_engines_read_the_same(self):
        threads = self.record("run", self.small, "data", "--engine", "threads", "--no-diagnose")
        auto = self.record("run", self.small, "data", "--no-diagnose")
        self.assertEqual(threads["engine"], "threads")
        self.assertEqual(threads["bytes_requested"], auto["bytes_requested"])

    def test_the_null_engine_reads_nothing_from_storage(self):
        record = self.record("run", self.small, "data", "--null", code=1)
        self.assertEqual(record["engine"], "null")
        self.assertEqual(record["steps"], 30)

    def test_every_sample_can_be_proved(self):
        record = self.record("run", self.small, "data", "--verify")
        self.assertEqual(record["verified_samples"], 240)

    def test_a_changed_byte_is_found(self):
        victim = self.data / sorted(samples_in(self.files("data")))[100]
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)
        record = self.record("run", self.small, "data", "--verify", "--on-error", "skip", "--no-diagnose")
        self.assertEqual(record["errors"]["count"], 1)
        self.assertIn(victim.name, json.dumps(record["errors"]))

    def test_a_vanished_file_stops_the_run_or_is_counted(self):
        victim = self.data / sorted(samples_in(self.files("data")))[100]
        victim.unlink()
        stopped = self.record("run", self.small, "data", code=2)
        self.assertTrue(stopped["failed"])
        self.assertIn(victim.name, json.dumps(stopped["errors"]))
        skipped = self.record("run", self.small, "data", "--on-error", "skip", "--no-diagnose")
        self.assertEqual(skipped["errors"]["count"], 1)
        self.assertEqual(skipped["steps"], 30)

    def shards(self):
        """10 TFRecord shards of 24 samples, read by the tensorflow loader."""
        job = self.place / "shards.yaml"
        job.write_text(self.small.read_text().replace("layout: file-per-sample", "layout: tfrecord")
                       .replace("content: jpeg", "content: raw").replace("pytorch", "tensorflow")
                       .replace("files_per_directory: 100", "samples_per_file: 24"))
        self.aforo("generate", job, "shards", "--quiet")
        return job, sorted((self.place / "shards").rglob("*.tfrecord"))

    def test_every_sample_of_a_shard_can_be_proved(self):
        job, _ = self.shards()
        self.assertEqual(self.record("run", job, "shards", "--verify")["verified_samples"], 240)

    def test_an_altered_payload_is_found_by_verify_only_and_the_record_says_so(self):
        job, shards = self.shards()
        content = bytearray(shards[3].read_bytes())
        middle = len(content) // 48 * 47  # inside the last record
        content[middle:middle + 4] = bytes(b ^ 0x55 for b in content[middle:middle + 4])
        shards[3].write_bytes(content)
        said = self.record("run", job, "shards", "--no-diagnose")
        self.assertEqual((said["errors"]["count"], said["checks"]), (0, "framing"))
        self.assertIn("--verify", self.aforo("run", job, "shards", "--no-diagnose", "--full").out)
        proved = self.record("run", job, "shards", "--verify", "--on-error", "skip", "--no-diagnose")
        self.assertGreater(proved["errors"]["by_kind"]["corrupt"], 0)
        self.assertEqual(proved["checks"], "content")
        self.assertEqual(self.record("run", self.small, "data", "--no-diagnose")["checks"], "length")

    def test_a_lost_or_cut_shard_is_named_once_with_all_it_cost(self):
        job, shards = self.shards()
        whole = shards[3].read_bytes()
        # Half of 24 samples of about equal size: 12, or one less.
        for damage, lost in ((lambda: shards[3].write_bytes(whole[:len(whole) // 2]), (11, 14)),
                             (shards[3].unlink, (24, 24))):
            damage()
            for words in (("run", job, "shards"), ("run", job, "shards", "--dry-run"), ("run", job, "shards", "--find-max"),
                          ("probe", "shards", "--workload", job)):
                self.assertIn(shards[3].name, self.aforo(*words, code=2).err)
            record = self.record("run", job, "shards", "--on-error", "skip", "--no-diagnose")
            count = record["errors"]["count"]
            self.assertTrue(lost[0] <= count <= lost[1], record["errors"])
            self.assertEqual(len(record["errors"]["examples"]), 1)
            self.assertIn(f"{count} samples", record["errors"]["examples"][0])
            self.assertIn(shards[3].name, record["errors"]["examples"][0])
            self.assertIn(f"{count} samples FAILED", record["verdict"]["text"])
            self.assertEqual((record["samples"], record["steps"]), (240, 30))
            self.assertEqual(record["samples_read_again"], count)
            self.assertIn(f"{count} of the samples delivered are others read again", " ".join(record["warnings"]))
            self.assertIn("1 shard is not as laid", " ".join(record["warnings"]))

    def test_a_tree_that_nobody_generated_here(self):
        foreign = self.place / "photos"
        for i, (name, content) in enumerate(samples_in(self.files("data")).items()):
            path = foreign / f"class {i % 7}" / f"IMG_{i:04}.JPEG"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (foreign / "README.txt").write_text("not a sample")
        before = self.files("photos")
        record = self.record("run", self.small, "photos", "--no-diagnose")
        self.assertEqual(record["bytes_requested"], sum(len(c) for n, c in before.items() if n != "README.txt"))
        self.assertEqual(self.files("photos"), before)

    def test_steps_and_summary_as_csv(self):
        self.aforo("run", self.small, "data", "--steps-csv", "steps.csv", "--csv", "run.csv", "--quiet", "--no-diagnose")
        with open(self.place / "steps.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 30 * 2)
        self.assertEqual({row["rank"] for row in rows}, {"0", "1"})
        with open(self.place / "run.csv", newline="") as file:
            self.assertEqual(len(list(csv.DictReader(file))), 1)

    def test_the_statistics_can_be_redone_from_the_steps(self):
        record = self.record("run", self.small, "data", "--epochs", "3", "--steps-csv", "steps.csv", "--no-diagnose")
        with open(self.place / "steps.csv", newline="") as file:
            rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
        all_compute, all_time, v3, v3_rate = 0, 0, [], []
        for epoch in range(3):
            per_rank = []
            for rank in range(2):
                own = sorted((r for r in rows if (r["rank"], r["epoch"]) == (rank, epoch)), key=lambda r: r["step"])
                first, last, n = own[0], own[-1], len(own)
                elapsed = sum(last[k] for k in ("begin_s", "load_wait_s", "compute_s", "barrier_wait_s")) - last["epoch_start_s"]
                compute = sum(r["compute_s"] for r in own)
                rest = elapsed - first["load_wait_s"] - first["compute_s"]
                all_compute, all_time = all_compute + compute, all_time + elapsed
                per_rank.append(((compute - first["compute_s"]) / rest, (n - 1) * 4 / rest))
            v3.append(sum(r[0] for r in per_rank) / 2)
            v3_rate.append(sum(r[1] for r in per_rank))
        said = record["statistics"]["mlps-v3.0"]
        self.assertAlmostEqual(all_compute / all_time, record["au"], delta=1e-6)
        self.assertAlmostEqual(len(rows) * 4 / (all_time / 2) / record["samples_per_second"], 1, delta=1e-6)
        self.assertAlmostEqual(sum(v3) / 3, said["au"], delta=1e-6)
        self.assertAlmostEqual(sum(v3_rate) / 3 / said["samples_per_second"], 1, delta=1e-6)

    def test_the_largest_number_of_accelerators(self):
        record = self.record("run", self.small, "data", "--find-max", "--max-accelerators", "4", "--au-target", "0.01")
        self.assertEqual(record["max_accelerators"], 4)
        self.assertTrue(record["at_limit"])

    def test_a_time_limit_ends_a_run_with_what_was_measured(self):
        job = self.job(epochs=100000, name="long.yaml")
        record = self.record("run", job, "data", "--time-limit", "500 ms", "--no-diagnose")
        self.assertTrue(record["partial"])
        self.assertGreater(record["steps"], 0)

    def interrupted(self, number):
        """A long run that gets a signal as soon as its progress line shows a step; its exit code and its Record."""
        job = self.job(epochs=100000, name="long.yaml")
        terminal, theirs = pty.openpty()
        # Wide: what does not fit is left out of the line, and which parts fit changes with every number in it.
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        run = subprocess.Popen([AFORO, "run", str(job), "data", "--json", "r.json"], cwd=self.place,
                               stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        self.addCleanup(run.kill)  # only ever this child
        seen = self.read_terminal(terminal, until=b"step")
        self.assertIn(b"step", seen)
        run.send_signal(number)
        self.read_terminal(terminal)
        os.close(terminal)
        code = run.wait(timeout=30)
        return code, json.loads((self.place / "r.json").read_text())

    def read_terminal(self, terminal, until=None, within=60):
        """What a terminal shows until `until` is seen, its other end is closed, or the time is over."""
        seen, deadline = b"", time.monotonic() + within
        while until is None or until not in seen:
            ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
            self.assertTrue(ready, f"nothing more within {within} s after {seen[-300:]!r}")
            try:
                seen += os.read(terminal, 4096)
            except OSError:  # closed: the command has ended
                break
        return seen

    def test_ctrl_c_and_sigterm_keep_what_was_measured(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal.Signals(number).name):
                code, record = self.interrupted(number)
                self.assertEqual(code, 2)
                self.assertTrue(record["partial"])
                self.assertGreater(record["steps"], 0)
                self.assertIn("au", record)

    def test_the_benchmarks_own_file(self):
        dlio = self.place / "tiny_h100.yaml"
        dlio.write_text(
            "model: {name: tiny}\nframework: pytorch\nworkflow: {generate_data: False, train: True}\n"
            "dataset: {data_folder: data, format: jpeg, num_files_train: 240, num_samples_per_file: 1,\n"
            "          record_length_bytes: 20000}\n"
            "reader: {data_loader: pytorch, batch_size: 4, read_threads: 2}\n"
            "train: {epochs: 1, computation_time: 0.002}\nmetric: {au: 0.05}\n")
        record = self.record("run", "--dlio", dlio, "data", "workload.reader.batch_size=8", "-n", "1", "--no-diagnose")
        self.assertEqual(record["steps"], 30)


if __name__ == "__main__":
    unittest.main()
