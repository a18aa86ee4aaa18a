"""A person at a terminal whose data lie in a bucket of a real S3 server (s3_servers.py)."""

import json
import os
import subprocess
import unittest

import s3_servers
from session import AFORO, Said, Session

SHARDS = ("name: shards\ndataset: {layout: webdataset, content: raw, samples: 400, sample_size: 10 kB, samples_per_file: 100}\n"
          "loader: {framework: pytorch, batch_size: 4, workers: 2, prefetch: 2}\n"
          "accelerator: {type: tiny, count: 2, step_time: 1 ms}\ntraining: {epochs: 1, au_target: 0.05}\n")


class BucketSession(Session):
    server_name = None  # of whoever inherits

    @classmethod
    def setUpClass(cls):
        if cls.server_name is None:
            raise unittest.SkipTest("of no server")
        cls.server = cls.enterClassContext(s3_servers.started(cls.server_name))

    def setUp(self):
        super().setUp()
        for key in self.server.objects():
            self.server.delete(key)
        self.environment = {**{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
                            **self.server.environment}

    def place_of(self, name):
        return f"s3://{self.server.bucket}/{name}"

    def there(self, *words, code=0, timeout=120):
        words = [str(word) for word in words]
        said = Said(words, subprocess.run([AFORO, *words], capture_output=True, text=True, cwd=self.place, timeout=timeout,
                                          env=self.environment))
        self.assertIn(said.code, (0, 1) if code is None else (code,), said)
        self.assertNotIn(s3_servers.SECRET_KEY, said.out + said.err)
        return said

    def record_there(self, *words, code=None, **how):
        return json.loads(self.there(*words, "--json", "-", "--quiet", code=code, **how).out)

    def refused(self, *words, **how):
        said = self.there(*words, code=2, **how)
        self.assertEqual(said.err.count("\n"), 1, said)
        return said.err

    def lay(self, job, name="train/set"):
        """A dataset of `job` in the bucket: its place."""
        self.there("generate", job, self.place_of(name), "--quiet")
        return self.place_of(name)

    def shards(self):
        path = self.place / "shards.yaml"
        path.write_text(SHARDS)
        return path


def on_each_server(names, module):
    """Each test case of the module that inherits BucketSession once for each server: Reading becomes Reading_versitygw."""
    for name, case in list(module.items()):
        if isinstance(case, type) and issubclass(case, BucketSession) and case is not BucketSession and case.server_name is None:
            for server in names:
                made = f"{name}_{server.replace('-', '_')}"
                module[made] = type(made, (case,), {"server_name": server, "__module__": case.__module__})
            del module[name]
