"""Real S3 servers of two makes on this machine, each with a directory of its own, and a client to look into them.

    with s3_servers.started("versitygw") as server:
        self.aforo("inspect", f"s3://{server.bucket}/train")     # with server.environment added to the process's own

A server that is not there is skipped by name (scripts/install_s3_servers.sh puts them there). They listen on 127.0.0.1
alone and end with the `with`.
"""

import contextlib
import datetime
import hashlib
import hmac
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import xml.etree.ElementTree

INSTALLED = pathlib.Path(os.environ["AFORO_SOURCE_DIR"]) / ".venv/servers/bin"
NAMES = ("versitygw", "s3s-fs")
ACCESS_KEY, SECRET_KEY, REGION = "testkey", "testsecret", "us-east-1"
NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


def has_attributes(directory):
    """Whether files there take the extended attributes that versitygw keeps what it knows in."""
    try:
        os.setxattr(directory, "user.aforo", b"1")
        os.removexattr(directory, "user.aforo")
    except OSError:
        return False
    return True


def words_of(name, program, port, data, place):
    """What starts a server, and what its environment has."""
    if name == "s3s-fs":
        return [program, "--host", "127.0.0.1", "--port", str(port), "--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY, str(data)], {}
    words = [program, "--port", f"127.0.0.1:{port}", "--region", REGION, "--keep-alive", "--quiet", "posix"]
    if not has_attributes(data):
        (place / "attributes").mkdir(exist_ok=True)
        words += ["--sidecar", str(place / "attributes")]
    return [*words, str(data)], {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}


class S3Server:
    bucket = "aforo-test"

    def __init__(self, name, port, process, data):
        self.name, self.port, self.process, self.data = name, port, process, data
        self.endpoint = f"http://127.0.0.1:{port}"
        # For whoever reads through it. Nothing else that this machine knows of S3 may count.
        self.environment = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": REGION,
                            "AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_CONFIG_FILE": "/dev/null",
                            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"}

    def ask(self, method, path, query=(), body=b"", headers=()):
        """(status, body) of one signed request; `path` and `query` are not encoded."""
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        path = urllib.parse.quote(path, safe="/~")
        query = "&".join(sorted(f"{urllib.parse.quote(k, safe='~')}={urllib.parse.quote(v, safe='~')}" for k, v in dict(query).items()))
        digest = hashlib.sha256(body).hexdigest()
        sent = {"host": f"127.0.0.1:{self.port}", "x-amz-date": stamp, "x-amz-content-sha256": digest, **dict(headers)}
        names = ";".join(sorted(sent))
        canonical = "\n".join([method, path, query, *(f"{name}:{sent[name]}" for name in sorted(sent)), "", names, digest])
        scope = f"{stamp[:8]}/{REGION}/s3/aws4_request"
        to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + SECRET_KEY).encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        sent["authorization"] = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path + (f"?{query}" if query else ""), body=body or None, headers=sent)
            response = connection.getresponse()
            return response.status, response.read()

    def must(self, *asked, **how):
        status, body = self.ask(*asked, **how)
        if status >= 300:
            raise AssertionError(f"{self.name} answers {asked[:2]} with {status}: {body.decode(errors='replace')}")
        return body

    def put(self, key, content):
        self.must("PUT", f"/{self.bucket}/{key}", body=content)

    def get(self, key):
        """The object's bytes, None where there is none."""
        status, body = self.ask("GET", f"/{self.bucket}/{key}")
        return None if status == 404 else body

    def delete(self, key):
        self.must("DELETE", f"/{self.bucket}/{key}")

    def objects(self, prefix=""):
        """{key: size} of all below the prefix."""
        found, token = {}, None
        while True:
            query = {"list-type": "2", "prefix": prefix} | ({"continuation-token": token} if token else {})
            page = xml.etree.ElementTree.fromstring(self.must("GET", f"/{self.bucket}", query))
            for one in page.iter(f"{NAMESPACE}Contents"):
                found[one.findtext(f"{NAMESPACE}Key")] = int(one.findtext(f"{NAMESPACE}Size"))
            token = page.findtext(f"{NAMESPACE}NextContinuationToken")
            if page.findtext(f"{NAMESPACE}IsTruncated") != "true":
                return found

    def uploads(self):
        """Keys of multipart uploads that are neither completed nor aborted; None where the server cannot tell (s3s-fs)."""
        status, body = self.ask("GET", f"/{self.bucket}", {"uploads": ""})
        if status == 501:
            return None
        page = xml.etree.ElementTree.fromstring(body)
        return [one.findtext(f"{NAMESPACE}Key") for one in page.iter(f"{NAMESPACE}Upload")]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listens(process, port):
    """Whether it does, within 20 s; not where it has ended."""
    until = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.05)
    return False


def ended(process):
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def started(name):
    """The server with an empty bucket, in a directory that goes with it."""
    program = INSTALLED / name
    if not program.exists():
        raise unittest.SkipTest(f"no {name} here (scripts/install_s3_servers.sh {name})")
    with contextlib.ExitStack() as stack:
        place = pathlib.Path(tempfile.mkdtemp(prefix="aforo-s3-"))
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        data = place / "data"
        data.mkdir()
        for _ in range(3):  # somebody may take the port in between
            port = free_port()
            words, variables = words_of(name, str(program), port, data, place)
            with open(place / "log", "ab") as log:
                process = subprocess.Popen(words, cwd=place, env={**os.environ, **variables}, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT)
            stack.callback(ended, process)
            if listens(process, port):
                break
        else:
            raise AssertionError(f"{name} does not listen: {(place / 'log').read_text(errors='replace')[-2000:]}")
        server = S3Server(name, port, process, data)
        server.must("PUT", f"/{server.bucket}")
        yield server
