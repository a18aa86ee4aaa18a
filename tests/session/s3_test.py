"""A dataset that lies in a bucket: looked at, trained on, measured, predicted; and what is wrong with a bucket, in one sentence."""

import json
import sys
import unittest

import s3_servers
from bucket import BucketSession, on_each_server


class Reading(BucketSession):
    def test_inspected_as_the_directory_is(self):
        job = self.job()
        self.dataset(job)
        there, here = self.record_there("inspect", self.lay(job)), self.record("inspect", "data")
        for key in ("samples", "files", "bytes", "layout", "directories", "sample_bytes"):
            self.assertEqual(there.get(key), here.get(key), key)
        self.there("inspect", self.place_of("train/set"), "-o", "dataset.yaml")
        self.assertIn("samples: 240", (self.place / "dataset.yaml").read_text())

    def test_trained_on_and_every_sample_proved(self):
        job = self.job(content="raw")
        record = self.record_there("run", job, self.lay(job), "--verify", "--no-diagnose")
        self.assertEqual(record["samples"], 240)
        self.assertEqual(record["errors"]["count"], 0)
        self.assertEqual(record["engine"], "s3")
        self.assertEqual(record["requests"]["get"], 240)
        self.assertEqual(record["requests"]["per_sample"], 1)
        for part in ("connection_seconds", "first_byte_seconds", "transfer_seconds"):
            self.assertEqual(record["requests"][part]["count"], 240, part)
        self.assertGreater(record["requests"]["first_byte_seconds"]["mean"], 0)
        self.assertGreater(record["requests"]["connection_bytes_per_second"], 0)
        self.assertEqual(record["bytes_from_storage"], record["bytes_requested"])
        self.assertEqual(sum(record["requests"]["again"].values()), 0)
        self.assertNotIn(s3_servers.SECRET_KEY, json.dumps(record))

    def test_shards_are_read_by_ranges(self):
        job = self.shards()
        record = self.record_there("run", job, self.lay(job), "--verify", "--no-diagnose")
        self.assertEqual((record["samples"], record["errors"]["count"]), (400, 0))
        self.assertLess(record["requests"]["bytes_received"], 2 * record["bytes_requested"])

    def test_largest_number_and_the_page(self):
        job = self.job(content="raw")
        place = self.lay(job)
        record = self.record_there("run", job, place, "--find-max", "--max-accelerators", 4)
        self.assertGreaterEqual(record["max_accelerators"], 0)
        self.assertIn("requests    1 a sample over", self.there("run", job, place, "--no-diagnose", code=None).out)

    def test_judged_with_what_this_client_could_ask_for_and_priced(self):
        job = self.job(content="raw", step_time="10 us")
        place = self.lay(job)
        record = self.record_there("run", job, place, "training.au_target=0.99", "--price-of", "aws-s3-standard")
        self.assertGreater(record["requests"]["client_per_second"], 100)
        self.assertGreater(record["null_ceiling_samples_per_second"], 0)
        self.assertIn("small_per_second", record["requests"])
        self.assertTrue(any("small pieces" in line for line in record["verdict"]["evidence"]), record["verdict"])
        self.assertAlmostEqual(record["store_cost"]["requests_usd_per_epoch"], 240 / 1000 * 0.0004, places=9)
        self.assertIn("object store of the catalogue", self.refused("run", job, place, "--price-of", "nobody"))

    def test_probed_and_predicted(self):
        job = self.job(content="raw")
        place = self.lay(job)
        self.there("probe", place, "--workload", job, "--budget", "10s", "-o", "storage.yaml", code=None)
        self.assertIn("s3", (self.place / "storage.yaml").read_text())
        predicted = self.record("predict", job, "storage.yaml", code=None)
        self.assertGreater(predicted["au"], 0)


class Refusing(BucketSession):
    def test_what_is_wrong_is_one_sentence(self):
        job = self.job(content="raw")
        place = self.lay(job)
        self.assertIn("found no bucket 'nobody'", self.refused("inspect", "s3://nobody"))
        self.assertIn("found no bucket 'nobody'", self.refused("run", job, "s3://nobody/x"))
        self.assertIn("found no bucket 'nobody'", self.refused("generate", job, "s3://nobody/x"))
        self.assertIn("found no bucket 'nobody'", self.refused("probe", "s3://nobody/x"))
        self.assertIn("nothing that listens", self.refused("inspect", place, "--endpoint", "http://127.0.0.1:1"))
        self.assertIn("expected s3://BUCKET/PREFIX", self.refused("inspect", self.place, "--endpoint", self.server.endpoint))
        self.assertIn("expected a directory for checkpoints", self.refused("checkpoint", "llama31_8b_tokens_h100", place))
        self.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
        self.assertIn("SignatureDoesNotMatch", self.refused("inspect", place))
        self.environment["AWS_ACCESS_KEY_ID"] = "nobody"
        self.assertRegex(self.refused("inspect", place), "does not know the access key|access denied|SignatureDoesNotMatch|NotSignedUp")
        for name in list(self.environment):
            if name.startswith("AWS_") and name != "AWS_ENDPOINT_URL_S3":
                del self.environment[name]
        self.environment["HOME"] = str(self.place)
        self.assertIn("without credentials", self.refused("inspect", place))


on_each_server(s3_servers.NAMES, globals())

if __name__ == "__main__":
    unittest.main(argv=sys.argv)
