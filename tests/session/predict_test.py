"""Predictions: a job and a storage file in, utilisation out; bad input ends in one sentence."""

import os
import pathlib
import re
import unittest

from session import Session

# 2 accelerators x 4 samples x 20 kB / 2 ms = 80 MB/s at full utilisation.
PIPE = """\
storage: 1
name: one pipe
stations:
  - {{station: bandwidth, name: pipe, bandwidth: {bandwidth}}}
"""
CURVE = """\
storage: 1
name: probed
curves:
  - {read: file, mode: buffered, size: 20 kB, size_share: 0.5, points: [{concurrency: 1, rate: 500 /s, spread: 0.1}, {concurrency: 8, rate: 2000 /s, spread: 0.1}]}
"""

# docs/predicting.md: two accelerators, batches of 4 samples of 1 MB, 10 ms a step, four workers each, 100 steps.
DOCUMENT_JOB = """\
name: pipe
dataset: {layout: file-per-sample, content: raw, samples: 800, sample_size: 1 MB}
loader: {framework: pytorch, batch_size: 4, workers: 4, prefetch: 2}
accelerator: {type: any, count: 2, step_time: 10 ms}
training: {epochs: 1}
"""


class PredictTest(Session):
    def pipe(self, bandwidth="40 MB/s"):
        path = self.place / "pipe.yaml"
        path.write_text(PIPE.format(bandwidth=bandwidth))
        return path

    def refused(self, *words):
        said = self.aforo("predict", *words, code=2)
        self.assertEqual(said.out, "")
        self.assertEqual(len(said.err.strip().splitlines()), 1, said)
        return said.err

    def test_half_the_demand_is_half_the_utilisation(self):
        record = self.record("predict", self.job(content="raw"), self.pipe(), "--method", "simulate")
        self.assertTrue(record["predicted"])
        self.assertAlmostEqual(record["au"], 0.5, delta=0.04)
        low, high = record["au_interval"]
        self.assertTrue(low <= record["au"] <= high)
        self.assertAlmostEqual(record["bytes_per_second"], 40e6, delta=3e6)
        self.assertIn("pipe", record["limit"])
        self.assertEqual(record["method"], "simulate")
        self.assertTrue(record["advice"], "a full pipe leaves room for advice")
        self.assertEqual(record["advice"][0]["gain"], max(a["gain"] for a in record["advice"]))

    def test_the_worked_example_of_the_document(self):
        """docs/predicting.md: its storage file, its job, and the figure at the end of its arithmetic."""
        text = (pathlib.Path(os.environ["AFORO_SOURCE_DIR"]) / "docs" / "predicting.md").read_text()
        example = text.split("## A worked example")[1].split("\n## ")[0]
        storage = "".join(line[4:] + "\n" for line in example.splitlines() if line.startswith("    "))
        (self.place / "pipe.yaml").write_text(storage)
        (self.place / "job.yaml").write_text(DOCUMENT_JOB)
        for bandwidth, said in ((None, r"AU is 1 / 2\.04 = ([\d.]+) %"), ("800 MB/s", None)):
            sets = storage.replace("400 MB/s", bandwidth) if bandwidth else storage
            (self.place / "pipe.yaml").write_text(sets)
            record = self.record("predict", "job.yaml", "pipe.yaml", "--no-advice", "--method", "simulate", code=None)
            if said:
                self.assertEqual(f"{record['au']:.1%}", re.search(said, " ".join(example.split()))[1] + "%")
            else:
                self.assertGreater(record["au"], 0.9)

    def test_the_same_twice(self):
        words = ("predict", self.job(), self.pipe(), "--method", "simulate", "--no-advice")
        one, two = self.record(*words), self.record(*words)
        for record in (one, two):
            record.pop("started")
        self.assertEqual(one, two)

    def test_a_missed_target_is_exit_code_1(self):
        self.record("predict", self.job(), self.pipe(), "--au-target", "0.9", "--no-advice", code=1)

    def test_the_page_names_method_limit_and_changes(self):
        page = self.aforo("predict", self.job(), self.pipe(), "--method", "simulate", "--full").out
        for words in ("utilisation (AU)", "pipe", "simulation", "storage twice as fast"):
            self.assertIn(words, page)
        screen = self.aforo("predict", self.job(), self.pipe(), "--method", "simulate").out
        for words in ("answer", "simulated", "the same with --full"):
            self.assertIn(words, screen)
        self.assertLessEqual(len(screen.splitlines()), 24)

    def test_find_max(self):
        # 40 MB/s feed one accelerator at 100 %, two at 50 %, three at 33 %.
        record = self.record("predict", self.job(), self.pipe(), "--find-max", "--au-target", "0.45")
        self.assertEqual(record["max_accelerators"], 2)
        low, high = record["max_accelerators_interval"]
        self.assertTrue(low <= 2 <= high)
        self.assertFalse(record["at_limit"])
        self.assertIn("2 accelerators", self.aforo("predict", self.job(), self.pipe(), "--find-max", "--au-target", "0.45").out)

    def test_sweep(self):
        record = self.record("predict", self.job(), self.pipe(), "--sweep", "accelerators=1,2,4")
        self.assertEqual([row["value"] for row in record["sweep"]], [1, 2, 4])
        aus = [row["au"] for row in record["sweep"]]
        self.assertEqual(aus, sorted(aus, reverse=True))
        self.assertIn("accelerators", self.aforo("predict", self.job(), self.pipe(), "--sweep", "accelerators=1,2,4").out)

    def test_beside_and_checkpoints(self):
        record = self.record("predict", self.job(), self.pipe("80 MB/s"), "--beside", f"{self.job(name='other.yaml')}:2",
                             "--no-advice", "--method", "simulate")
        self.assertEqual(record["beside"][0]["accelerators"], 2)
        self.assertLess(record["au"], 0.65)
        record = self.record("predict", self.job(), self.pipe("8 GB/s"), "--checkpoint-every", "10",
                             "--checkpoint-pause", "20ms", "--no-advice")
        self.assertGreater(record["stalls"]["checkpoint_seconds"], 0)

    def test_bad_input_is_one_sentence(self):
        job, pipe = self.job(), self.pipe()
        self.assertIn("absent.yaml", self.refused(job, "absent.yaml"))
        (self.place / "bad.yaml").write_text("storage: 1\nname: bad\nstation: []\n")
        self.assertIn("stations", self.refused(job, "bad.yaml"))
        self.assertIn("storage file", self.refused(job))
        (self.place / "curve.yaml").write_text(CURVE)
        self.assertIn("direct", self.refused(job, "curve.yaml", "--read", "direct"))
        self.assertIn("--step-time: expected 1 us to 24 h, found '0 s'", self.refused(job, pipe, "--step-time", "0 s"))
        self.assertIn("memory", self.refused(job, pipe, "--set", "dataset.sample_size=64 GiB", "--batch-size", "32"))
        self.assertIn("did you mean 'workers'", self.refused(job, pipe, "--sweep", "worker=1..4"))
        self.assertIn("KEY=A..B", self.refused(job, pipe, "--sweep", "workers="))
        self.assertIn("from small to large", self.refused(job, pipe, "--sweep", "workers=9..2"))
        self.assertIn("found both", self.refused(job, pipe, "--find-max", "--accelerators", "2"))
        self.assertIn("found both", self.refused(job, pipe, "--sweep", "accelerators=1..2", "--accelerators", "2"))
        self.assertIn("give both", self.refused(job, pipe, "--checkpoint-every", "5"))

    def test_a_run_beside_its_prediction(self):
        job, data = self.dataset()
        record = self.record("run", job, data, "--storage", self.pipe(), "--no-diagnose")
        self.assertAlmostEqual(record["prediction"]["au"], 0.5, delta=0.05)
        self.assertAlmostEqual(record["prediction_error"], record["prediction"]["au"] - record["au"], places=9)
        record = self.record("run", job, data, "--storage", self.pipe(), "--no-diagnose", "--find-max", "--max-accelerators", "1")
        self.assertEqual(record["prediction"]["max_accelerators"], 1)
        self.assertIn("predicted", self.aforo("run", job, data, "--storage", self.pipe(), "--no-diagnose").out)
        self.assertIn("gone.yaml", self.aforo("run", job, data, "--storage", "gone.yaml", code=2).err)


if __name__ == "__main__":
    unittest.main()
