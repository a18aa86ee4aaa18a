"""A dataset that lies in a bucket: looked at, trained on, measured, predicted; and what is wrong with a bucket, in one sentence."""

import json
import shutil
import subprocess
import tempfile
import unittest

from s3_servers import SECRET, Versitygw
from session import AFORO, Said, Session


class Bucket(Session):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="aforo-s3-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.server = cls.enterClassContext(Versitygw(cls.folder))

    def setUp(self):
        super().setUp()
        for old in self.server.buckets.iterdir():
            shutil.rmtree(old)
        self.environment = self.server.environment

    def there(self, *words, code=0, endpoint=None):
        words = [str(word) for word in words] + ["--endpoint", endpoint or self.server.endpoint]
        said = Said(words, subprocess.run([AFORO, *words], capture_output=True, text=True, cwd=self.place, timeout=120,
                                          env=self.environment))
        self.assertIn(said.code, (0, 1) if code is None else (code,), said)
        self.assertNotIn(SECRET, said.out + said.err)
        return said

    def record_there(self, *words, code=None):
        said = self.there(*words, "--json", "-", "--quiet", code=code)
        return json.loads(said.out)

    def refused(self, *words, **how):
        said = self.there(*words, code=2, **how)
        self.assertEqual(said.err.count("\n"), 1, said)
        return said.err

    def lay(self, job, name="train/set"):
        """A dataset of `job`, put into the bucket as files."""
        (self.server.buckets / name).parent.mkdir(parents=True, exist_ok=True)
        self.aforo("generate", job, self.server.buckets / name, "--quiet")
        return f"s3://{name}"

    def test_inspected_as_the_directory_is(self):
        place = self.lay(self.job())
        there, here = self.record_there("inspect", place), self.record("inspect", self.server.buckets / "train/set")
        for key in ("samples", "files", "bytes", "layout", "directories", "sample_bytes"):
            self.assertEqual(there.get(key), here.get(key), key)
        self.there("inspect", place, "-o", "dataset.yaml")
        self.assertIn("samples: 240", (self.place / "dataset.yaml").read_text())

    def test_trained_on_and_every_sample_proved(self):
        job = self.job(content="raw")
        record = self.record_there("run", job, self.lay(job), "--verify", "--no-diagnose")
        self.assertEqual(record["samples"], 240)
        self.assertEqual(record["errors"]["count"], 0)
        self.assertEqual(record["engine"], "s3")
        self.assertEqual(record["requests"]["get"], 240)
        self.assertEqual(record["requests"]["per_sample"], 1)
        self.assertEqual(record["bytes_from_storage"], record["bytes_requested"])
        self.assertEqual(sum(record["requests"]["again"].values()), 0)
        self.assertNotIn(SECRET, json.dumps(record))

    def test_shards_are_read_by_ranges(self):
        job = self.place / "shards.yaml"
        job.write_text("name: shards\ndataset: {layout: webdataset, content: raw, samples: 400, sample_size: 10 kB, samples_per_file: 100}\n"
                       "loader: {framework: pytorch, batch_size: 4, workers: 2, prefetch: 2}\n"
                       "accelerator: {type: tiny, count: 2, step_time: 1 ms}\ntraining: {epochs: 1, au_target: 0.05}\n")
        record = self.record_there("run", job, self.lay(job), "--verify", "--no-diagnose")
        self.assertEqual((record["samples"], record["errors"]["count"]), (400, 0))
        self.assertLess(record["requests"]["bytes_received"], 2 * record["bytes_requested"])

    def test_largest_number_and_the_page(self):
        job = self.job(content="raw")
        place = self.lay(job)
        record = self.record_there("run", job, place, "--find-max", "--max-accelerators", 4)
        self.assertGreaterEqual(record["max_accelerators"], 0)
        self.assertIn("requests    1 a sample over", self.there("run", job, place, "--no-diagnose", code=None).out)

    def test_probed_and_predicted(self):
        job = self.job(content="raw")
        place = self.lay(job)
        self.there("probe", place, "--workload", job, "--budget", "10s", "-o", "storage.yaml", code=None)
        self.assertIn("s3", (self.place / "storage.yaml").read_text())
        predicted = self.record("predict", job, "storage.yaml", code=None)
        self.assertGreater(predicted["au"], 0)

    def test_what_is_wrong_is_one_sentence(self):
        job = self.job(content="raw")
        place = self.lay(job)
        self.assertIn("found no bucket 'nobody'", self.refused("inspect", "s3://nobody"))
        self.assertIn("found no bucket 'nobody'", self.refused("run", job, "s3://nobody/x"))
        self.assertIn("nothing that listens", self.refused("inspect", place, endpoint="http://127.0.0.1:1"))
        self.assertIn("does not write to them yet", self.aforo("generate", job, "s3://train/new", code=2).err)
        self.assertIn("expected s3://BUCKET/PREFIX", self.refused("inspect", self.place))
        self.environment = {**self.environment, "AWS_SECRET_ACCESS_KEY": "wrong"}
        self.assertIn("SignatureDoesNotMatch", self.refused("inspect", place))
        self.environment = {**self.environment, "AWS_ACCESS_KEY_ID": "nobody"}
        self.assertIn("does not know the access key", self.refused("inspect", place))
        self.environment = {name: value for name, value in self.environment.items() if not name.startswith("AWS_")}
        self.assertIn("without credentials", self.refused("inspect", place))


if __name__ == "__main__":
    unittest.main()
