"""Datasets that are laid in buckets, and taken away: by aforo, beside another client's objects, whole or interrupted."""

import os
import signal
import subprocess
import sys
import time
import unittest

import s3_servers
from bucket import BucketSession, on_each_server
from launching import MPIRUN, OPTIONS, missing, require_mpi
from session import AFORO

try:
    import boto3
    import boto3.s3.transfer
    import botocore.config
except ImportError:
    boto3 = None

LARGE = ("name: large\ndataset: {layout: tfrecord, content: raw, samples: 30, sample_size: 1 MB, samples_per_file: 15}\n"
         "loader: {framework: tensorflow, batch_size: 2}\naccelerator: {type: tiny, count: 1, step_time: 1 ms}\n"
         "training: {epochs: 1, au_target: 0.05}\n")
MANY = ("name: many\ndataset: {layout: file-per-sample, content: raw, samples: 3000, sample_size: 2 kB}\n"
        "loader: {framework: pytorch, batch_size: 4}\naccelerator: {type: tiny, count: 1, step_time: 1 ms}\n"
        "training: {epochs: 1, au_target: 0.05}\n")
MARKER = "aforo-dataset.json"


class Writing(BucketSession):
    def written(self, name, text):
        path = self.place / name
        path.write_text(text)
        return path

    def below(self, prefix):
        return {key[len(prefix) + 1:] for key in self.server.objects(prefix + "/")}

    def test_the_same_bytes_as_in_a_directory(self):
        for job in (self.job(), self.shards(), self.written("large.yaml", LARGE)):  # the last in parts
            with self.subTest(job.name):
                self.aforo("generate", job, f"{job.stem}-data", "--quiet")
                here = self.files(f"{job.stem}-data")
                self.lay(job, job.stem)
                self.assertEqual(self.below(job.stem), set(here))
                for name, content in here.items():
                    if name != MARKER:
                        self.assertEqual(self.server.get(f"{job.stem}/{name}"), content, name)
                self.assertIn(self.server.uploads(), (None, []))

    def test_given_twice_it_is_there_and_another_one_is_refused(self):
        place = self.lay(self.job())
        self.assertIn("were there already", self.there("generate", self.job(), place).out)
        self.assertIn("found another one there", self.refused("generate", self.shards(), place))

    def test_only_an_empty_prefix_or_its_own(self):
        self.server.put("train/set/precious", b"1")
        self.assertIn("found other files there (precious)", self.refused("generate", self.job(), self.place_of("train/set")))
        self.assertIn("nothing is deleted there", self.refused("generate", "--delete", self.place_of("train/set")))
        self.assertEqual(self.server.objects(), {"train/set/precious": 1})

    def test_taken_away_and_nothing_else(self):
        place = self.lay(self.shards(), "train/set")
        self.server.put("train/set2", b"beside")
        self.server.put("train/set/another's", b"within")
        before = set(self.server.objects())
        self.assertIn("foreign files left", self.there("generate", "--delete", place, "--dry-run").out)
        self.assertEqual(set(self.server.objects()), before)
        self.there("generate", "--delete", place)
        self.assertEqual(self.server.objects(), {"train/set2": 6, "train/set/another's": 6})
        self.assertIn("nothing is deleted there", self.refused("generate", "--delete", place))

    def interrupted(self, *words, after):
        """Ends the command once `after` files of the server's are there, or no longer; a listing may fail while objects go (s3s-fs)."""
        with subprocess.Popen([AFORO, *map(str, words)], cwd=self.place, env=self.environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            try:
                until = time.monotonic() + 60
                place = self.server.data / self.server.bucket / "many"
                while not (place.is_dir() and after(sum(len(files) for _, _, files in os.walk(place)))) and process.poll() is None and time.monotonic() < until:
                    time.sleep(0.01)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
            finally:
                process.kill()
        return process.returncode, out, err

    def test_ended_early_both_ways_the_same_command_goes_on(self):
        job, place = self.written("many.yaml", MANY), self.place_of("many")
        code, out, err = self.interrupted("generate", job, place, after=lambda n: n > 100)
        self.assertEqual(code, 2, out + err)
        self.assertIn("partial", out)
        there = len(self.server.objects("many/"))
        self.assertTrue(100 < there < 3001, there)
        self.assertIn(self.server.uploads(), (None, []))
        said = self.there("generate", job, place).out
        self.assertRegex(said, r"files +3,000 +[1-9][\d,]* were there already")
        self.assertEqual(len(self.server.objects("many/")), 3001)
        code, out, err = self.interrupted("generate", "--delete", place, after=lambda n: n < 2900)
        self.assertEqual(code, 2, out + err)
        self.assertIn("partial", out)
        self.assertIn(f"many/{MARKER}", self.server.objects("many/"), "it goes last")
        self.there("generate", "--delete", place)
        self.assertEqual(self.server.objects(), {})

    def test_several_processes_lay_one_dataset(self):
        require_mpi()
        job = self.written("many.yaml", MANY.replace("3000", "300"))
        done = subprocess.run([MPIRUN, *OPTIONS, "-n", "3", AFORO, "generate", job, self.place_of("hosts")], cwd=self.place,
                              env=self.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(self.below("hosts")), 301)
        record = self.record_there("run", job, self.place_of("hosts"), "--verify", "--no-diagnose")
        self.assertEqual((record["samples"], record["errors"]["count"]), (300, 0))

    def test_probed_where_nothing_lies_and_left_so(self):
        record = self.record_there("probe", self.place_of("new"), "--budget", "20s", timeout=240)
        self.assertEqual(record["filesystem"]["type"] if "filesystem" in record else "s3", "s3")
        self.assertEqual(self.server.objects(), {})


class Interop(BucketSession):
    """Through the client that most programs use (boto3)."""

    def setUp(self):
        if boto3 is None:
            missing("no boto3 here (python3-boto3)")
        super().setUp()
        self.addCleanup(lambda: self.client.close())
        self.client = boto3.client("s3", endpoint_url=self.server.endpoint, aws_access_key_id=s3_servers.ACCESS_KEY,
                                   aws_secret_access_key=s3_servers.SECRET_KEY, region_name=s3_servers.REGION,
                                   config=botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "path"}))

    def test_it_reads_what_aforo_wrote(self):
        job = self.place / "large.yaml"
        job.write_text(LARGE)
        self.aforo("generate", job, "data", "--quiet")
        self.lay(job, "large")
        here = self.files("data")
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.server.bucket, Prefix="large/")
        names = [one["Key"][6:] for page in pages for one in page["Contents"]]
        self.assertEqual(set(names), set(here))
        for name in names:
            self.client.download_file(self.server.bucket, f"large/{name}", str(self.place / "got"))
            if name != MARKER:
                self.assertEqual((self.place / "got").read_bytes(), here[name], name)

    def test_aforo_reads_what_it_wrote_in_parts_too(self):
        job = self.place / "large.yaml"
        job.write_text(LARGE)
        self.aforo("generate", job, "data", "--quiet")
        parts = boto3.s3.transfer.TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
        for name in self.files("data"):
            self.client.upload_file(str(self.place / "data" / name), self.server.bucket, f"up/{name}", Config=parts)
        record = self.record_there("run", job, self.place_of("up"), "--verify", "--no-diagnose")
        self.assertEqual((record["samples"], record["errors"]["count"]), (30, 0))

    def test_keys_of_any_letters_and_objects_of_nothing(self):
        names = ["a b+c", "50%", "ü/ß €", "x&y=z?#", "q'(1)*!~", "$,;:@", "[brackets]{}", "empty"]
        for name in names:
            self.client.put_object(Bucket=self.server.bucket, Key=f"odd names/{name}.jpg", Body=b"" if name == "empty" else b"x" * 5000)
        record = self.record_there("inspect", self.place_of("odd names"))
        self.assertEqual((record["samples"], record["bytes"]), (8, 35_000))
        job = self.place / "odd.yaml"
        job.write_text("name: odd\ndataset: {layout: file-per-sample, content: raw, samples: 8, sample_size: 5 kB}\n"
                       "loader: {framework: pytorch, batch_size: 1}\naccelerator: {type: tiny, count: 1, step_time: 1 ms}\n"
                       "training: {epochs: 1, au_target: 0.05}\n")
        record = self.record_there("run", job, self.place_of("odd names"), "--no-diagnose")
        self.assertEqual((record["samples"], record["errors"]["count"]), (8, 0))
        self.assertEqual(record["bytes_from_storage"], 35_000)


on_each_server(s3_servers.NAMES, globals())

if __name__ == "__main__":
    unittest.main(argv=sys.argv)
