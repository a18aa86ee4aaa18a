"""The S3 servers that sessions are held against do what sessions take for granted."""

import hashlib
import pathlib
import unittest

import s3_servers


class Started(unittest.TestCase):
    def serves(self, name):
        content = hashlib.sha256(b"1").digest() * 1000
        with s3_servers.started(name) as server:
            server.put("train/a b+ü.bin", content)
            server.put("train/2", b"2")
            server.put("other", b"")
            self.assertEqual(server.objects("train/"), {"train/a b+ü.bin": len(content), "train/2": 1})
            self.assertEqual(server.get("train/a b+ü.bin"), content)
            self.assertIsNone(server.get("nothing"))
            path = f"/{server.bucket}/train/a b+ü.bin"
            self.assertEqual(server.ask("GET", path, headers={"range": "bytes=40-49"}), (206, content[40:50]))
            self.assertEqual(server.ask("PUT", path, body=b"x", headers={"if-none-match": "*"})[0], 412)
            self.assertEqual(server.get("train/a b+ü.bin"), content)
            server.must("POST", f"/{server.bucket}/large", {"uploads": ""})
            self.assertEqual(server.uploads(), None if name == "s3s-fs" else ["large"])
            server.delete("other")
            self.assertEqual(len(server.objects()), 2)
            data, process = pathlib.Path(server.data), server.process
        self.assertIsNotNone(process.poll(), "it has ended")
        self.assertFalse(data.exists(), "and left nothing")

    def test_versitygw(self):
        self.serves("versitygw")

    def test_s3s_fs(self):
        self.serves("s3s-fs")


if __name__ == "__main__":
    unittest.main()
