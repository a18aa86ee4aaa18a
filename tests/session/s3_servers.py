"""A real S3 server on loopback for a test: versitygw over a directory of its own, until the test ends."""

import os
import pathlib
import socket
import subprocess
import time
import unittest

PROGRAM = pathlib.Path(os.environ["AFORO_SOURCE_DIR"]) / ".s3" / "versitygw"
KEY, SECRET = "testkey", "a-secret-that-nobody-prints"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Versitygw:
    """Buckets are directories of `place`/buckets, objects their files: what lies there is served."""

    def __init__(self, place):
        if not PROGRAM.exists():
            raise unittest.SkipTest("versitygw is not built (scripts/install_s3_servers.sh)")
        self.buckets = pathlib.Path(place) / "buckets"
        self.buckets.mkdir()
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.environment = {**{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
                            "HOME": str(place), "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}

    def __enter__(self):
        words = [PROGRAM, "--port", f"127.0.0.1:{self.port}", "--region", "us-east-1", "--keep-alive", "--quiet", "posix",
                 "--sidecar", self.buckets.parent / "meta", self.buckets]
        (self.buckets.parent / "meta").mkdir()
        self.log = open(self.buckets.parent / "versitygw.log", "wb")
        self.process = subprocess.Popen(words, env={**os.environ, "ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET},
                                        stdout=self.log, stderr=self.log)
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.__exit__()
                    raise AssertionError("versitygw does not come up: " +
                                         (self.buckets.parent / "versitygw.log").read_text()[-1000:]) from None
                time.sleep(0.1)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
