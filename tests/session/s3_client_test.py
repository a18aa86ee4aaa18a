"""`loader.client` asks as the client asks: both read the same objects from a server that writes down every request."""

import json
import os
import subprocess
import unittest

from launching import missing
from recording_s3 import RecordingS3
from session import AFORO, Said, Session

try:
    import boto3
    import botocore.config
except ImportError:
    boto3 = None

SMALL, LARGE = 150_000, 20 << 20  # bytes: one part, and two and a half of 8 MiB
JOB = ("name: client\ndataset: {{layout: file-per-sample, content: raw, samples: {count}, sample_size: {size} B}}\n"
       "loader: {{framework: pytorch, batch_size: 1, workers: 1, client: {client}}}\n"
       "accelerator: {{type: tiny, count: 1, step_time: 1 ms}}\ntraining: {{epochs: 1, au_target: 0.01}}\n")


class Clients(Session):
    def environment(self, server):
        return {**{name: value for name, value in os.environ.items() if not name.startswith("AWS_")}, "AWS_ACCESS_KEY_ID": "key",
                "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL_S3": server.endpoint, "HOME": str(self.place)}

    def there(self, server, *words, code=(0, 1)):
        words = [str(word) for word in words]
        said = Said(words, subprocess.run([AFORO, *words], capture_output=True, text=True, cwd=self.place, timeout=120,
                                          env=self.environment(server)))
        self.assertIn(said.code, code, said)
        return said

    def asked(self, client, size, count=2):
        """Of each object: HEADs and GETs of a run, those of opening the dataset (a dry run) left out; and the Record."""
        objects = {f"set/{i}.bin": bytes(size) for i in range(count)}
        job = self.place / "client.yaml"
        job.write_text(JOB.format(client=client, size=size, count=count))
        with RecordingS3(objects) as server:
            words = ["run", job, f"s3://{server.bucket}/set", "--no-diagnose", "--quiet", "--json", "-"]
            self.there(server, *words, "--dry-run")
            opening = [server.of(key) for key in objects]
            server.seen.clear()
            record = json.loads(self.there(server, *words).out)
            self.assertEqual((record["samples"], record["errors"]["count"]), (count, 0))
            out = []
            for key, (heads, gets) in zip(objects, opening):
                seen_heads, seen_gets = server.of(key)
                for one in gets:
                    seen_gets.remove(one)
                out.append((seen_heads - heads, seen_gets))
            return out, record

    def parts(self, size, part):
        return [(at, min(part, size - at)) for at in range(0, size, part)]

    def test_each_asks_as_it_was_seen_to(self):
        eight, fifty = 8 << 20, 50 << 20
        for client, heads, part in (("boto3-get", 0, LARGE), ("boto3-download", 1, eight), ("s3fs-open", 1, LARGE), ("s3fs-cat", 1, fifty),
                                    ("s3torch", 0, eight), ("s3torch-range", 0, eight), ("pyarrow", 1, LARGE), ("mosaicml", 1, eight),
                                    ("curl-pipe", 0, LARGE), ("litdata", 0, LARGE)):
            for size in (SMALL, LARGE):
                with self.subTest(client, size=size):
                    asked, record = self.asked(client, size)
                    self.assertEqual(asked, [(heads, self.parts(size, part))] * 2)
                    self.assertIn(client.split("-")[0].replace("s3torch", "s3torchconnector"), record["requests"]["client"])
                    self.assertAlmostEqual(record["requests"]["bytes_received_per_byte_wanted"], 1, delta=0.1)

    def test_boto3_itself_asks_so(self):
        if boto3 is None:
            missing("no boto3 here (python3-boto3)")
        for size in (SMALL, LARGE):
            with RecordingS3({"set/0.bin": bytes(size)}) as server:
                client = boto3.client("s3", endpoint_url=server.endpoint, aws_access_key_id="key", aws_secret_access_key="secret",
                                      region_name="us-east-1", config=botocore.config.Config(s3={"addressing_style": "path"}))
                client.get_object(Bucket=server.bucket, Key="set/0.bin")["Body"].read()
                whole = server.of("set/0.bin")
                server.seen.clear()
                client.download_file(server.bucket, "set/0.bin", str(self.place / "got"))
                download = server.of("set/0.bin")
                client.close()
            self.assertEqual(self.asked("boto3-get", size, 1)[0], [whole])
            self.assertEqual(self.asked("boto3-download", size, 1)[0], [download])

    def test_what_cannot_be_is_one_sentence(self):
        job, data = self.dataset()
        self.assertIn("clients of object stores read s3://", self.aforo("run", job, data, "loader.client=pyarrow", code=2).err)
        self.assertIn("pyarrow", self.aforo("run", job, data, "loader.client=pyarow", code=2).err)
        with RecordingS3({"set/0.bin": bytes(1000)}) as server:
            said = self.there(server, "run", job, "s3://data/set", "loader.client=pyarrow", "--cache", "c", "--cache-size", "10MB", code=(2,))
            self.assertIn("a --cache fetches whole objects", said.err)


if __name__ == "__main__":
    unittest.main()
