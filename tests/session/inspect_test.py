"""Odd trees, made at random from stated ranges: what is counted is what is there, and nothing is dropped in silence."""

import io
import os
import pathlib
import random
import re
import shutil
import socket
import struct
import subprocess
import tarfile
import unittest
import zlib

from session import AFORO, Session

SEEDS = range(1, 25)
LAID = range(1, 7)  # of these the block is laid, inspected again and trained on

JOB = """\
name: odd
dataset: {layout: file-per-sample, content: raw, samples: 8, sample_size: 1 kB}
loader: {framework: pytorch, batch_size: 1, workers: 1, prefetch: 1}
accelerator: {type: tiny, count: 1, step_time: 100 us}
training: {epochs: 1, au_target: 0.01}
"""

FRONTS = {
    ".jpg": b"\xff\xd8\xff\xe0",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".npy": b"\x93NUMPY\x01",
    ".dat": b"\x01\x02\xfe\xff",
    ".flac": b"fLaC",
    "": b"\0" * 128 + b"DICM",
}
SIDES = (".txt", ".json", ".csv", ".xml")


def table():
    rows = []
    for i in range(256):
        for _ in range(8):
            i = (i >> 1) ^ (0x82F63B78 if i & 1 else 0)
        rows.append(i)
    return rows


TABLE = table()


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", (((crc >> 15 | crc << 17) & 0xFFFFFFFF) + 0xA282EAD8) & 0xFFFFFFFF)


class Tree:
    """A tree below `root`, and what was put there."""

    def __init__(self, root, seed):
        self.root, self.random = root, random.Random(seed)
        self.samples = None  # where the tree is of shards: how many they hold
        self.passed_over = self.alike = self.behind_ends = 0
        root.mkdir()
        (self.shards if self.random.random() < 0.3 else self.loose)()
        self.beside()

    def put(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def size(self):
        law = self.random.choice(("even", "wide", "two", "heavy"))
        if law == "even":
            return lambda: 5000
        if law == "wide":
            return lambda: 300 + self.random.randrange(20000)
        if law == "two":
            return lambda: self.random.choice((700, 30000))
        return lambda: 400_000 if self.random.random() < 0.02 else 2000 + self.random.randrange(50)

    def loose(self):
        suffix = self.random.choice(list(FRONTS))
        size, folders = self.size(), self.random.choice((1, 3, 10))
        masks = self.random.random() < 0.3
        for i in range(self.random.randrange(40, 400)):
            folder = self.random.choice(("", "train/", "val2017/")) if folders == 1 else f"c{i % folders}/"
            path = self.put(f"{folder}{i:05}{suffix}", (FRONTS[suffix] + self.random.randbytes(size()))[: max(size(), 200)])
            if masks:
                self.put(f"{folder}{i:05}_seg{suffix}", FRONTS[suffix] + self.random.randbytes(100))
            if self.random.random() < 0.03:
                os.truncate(path, self.random.choice((0, 1_000_000)))  # empty, or with a hole behind
        if self.random.random() < 0.2:  # what was unpacked from it
            with tarfile.open(self.root.parent / "copy.tar", "w") as archive:
                archive.add(self.root, "copy")
            os.rename(self.root.parent / "copy.tar", self.root / "copy.tar")

    def shards(self):
        self.samples = 0
        tar, size = self.random.random() < 0.6, self.size()
        for shard in range(self.random.randrange(1, 6)):
            samples = self.random.randrange(1, 30)
            self.samples += samples
            if not tar:
                records = []
                for _ in range(samples):
                    data = self.random.randbytes(200 + size() % 1000)
                    length = struct.pack("<Q", len(data))
                    records.append(length + masked_crc(length) + data + masked_crc(data))
                self.put(f"shard-{shard:03}.tfrecord", b"".join(records))
                continue
            kind = self.random.choice((tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
            text = io.BytesIO()
            with tarfile.open(fileobj=text, mode="w", format=kind) as archive:
                for i in range(samples):
                    if self.random.random() < 0.1:
                        link = tarfile.TarInfo(f"{shard:03}{i:05}.png")
                        link.type = self.random.choice((tarfile.LNKTYPE, tarfile.SYMTYPE))
                        link.linkname = f"{shard:03}00000.jpg"
                        archive.addfile(link)
                        self.passed_over += 1
                    dotted = self.random.random() < 0.1
                    self.alike += dotted
                    for end in ("0.jpg", "1.jpg") if dotted else ("jpg", "cls"):
                        names = [f"{shard:03}{i:05}.{end}"]
                        if self.random.random() < 0.2:
                            names.insert(0, "._" + names[0])
                        for name in names:
                            data = self.random.randbytes(size() % 5000)
                            info = tarfile.TarInfo(name)
                            info.size = len(data)
                            archive.addfile(info, io.BytesIO(data))
                            self.passed_over += name.startswith("._")
            joined = self.random.random() < 0.1  # as cat does it
            self.behind_ends += joined * len(text.getvalue())
            self.put(f"shard-{shard:03}.tar", text.getvalue() * (2 if joined else 1))

    def beside(self):
        """What is no sample: texts, other kinds, archives, programs, hidden files, links, a socket."""
        some = lambda share: self.random.random() < share
        for suffix in SIDES:
            for i in range(self.random.randrange(4) if some(0.5) else 0):
                self.put(f"labels/{i}{suffix}", b"x" * self.random.randrange(300))
        if some(0.3):
            self.put("tool.exe", b"MZ" + bytes(3_000_000))
        if some(0.3):
            self.put("all.tar.gz", b"\x1f\x8b\x08\0" + zlib.compress(b"x" * 2000))
        if some(0.3):
            self.put("README", b"read me")
        if some(0.3):
            self.put("notes.odd", self.random.randbytes(60))
        for i in range(self.random.randrange(3)):
            self.put(f".hidden{i}", b"x")
        if some(0.3):
            self.put(".git/objects/x", b"x" * 50)
        if some(0.3):
            (self.root / "nowhere").symlink_to("gone")
        if some(0.5):
            (self.root / "zz_loop").symlink_to(".")
        if some(0.5):  # a class that lies elsewhere, and is seen by two names
            other = self.root.parent / f"other-{self.root.name}"
            other.mkdir()
            for i in range(20):
                (other / f"e{i}.txt").write_bytes(b"x" * i)
            (self.root / "aa").symlink_to(other)
            (self.root / "bb").symlink_to(other)
        if some(0.2):
            with socket.socket(socket.AF_UNIX) as end:
                place = os.getcwd()
                os.chdir(self.root)  # its name must be short
                try:
                    end.bind("s")
                finally:
                    os.chdir(place)

    def found(self):
        """(files, bytes, hidden files, hidden directories) as a walk that takes each directory once finds them."""
        seen, files, size, hidden, closed = set(), 0, 0, 0, 0
        for real in (True, False):  # directories first, then links to them
            for where, folders, names in os.walk(self.root, followlinks=not real):
                at = os.stat(where)
                first = (at.st_dev, at.st_ino) not in seen
                seen.add((at.st_dev, at.st_ino))
                if not first and not real and where != str(self.root):
                    if os.path.islink(where):
                        folders[:] = []
                        continue
                if not first:
                    folders[:] = [f for f in folders if not f.startswith(".")]
                    continue
                closed += sum(f.startswith(".") for f in folders)
                folders[:] = sorted(f for f in folders if not f.startswith("."))
                for name in names:
                    path = os.path.join(where, name)
                    if name.startswith("."):
                        hidden += 1
                    elif os.path.isfile(path):
                        files += 1
                        size += os.stat(path).st_size
        return files, size, hidden, closed


class OddTrees(Session):
    def tree(self, seed):
        return Tree(self.place / f"tree-{seed}", seed)

    def inspected(self, tree, *words):
        return self.record("inspect", tree.root, *words)

    def test_what_is_counted_is_what_is_there(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                tree = self.tree(seed)
                record = self.inspected(tree)
                left, (files, size, hidden, closed) = record["left_out"], tree.found()
                self.assertEqual(record["files"] + left["files"], files)
                self.assertEqual(record["bytes"] + left["bytes"], size)
                self.assertEqual((left["hidden_files"], left["hidden_directories"]), (hidden, closed))
                if tree.samples is None:
                    self.assertEqual(record["samples"], record["files"])
                    self.assertEqual(record["sizes"]["total"], record["bytes"])
                else:
                    self.assertEqual(record["samples"], tree.samples)
                    self.assertEqual(left["members_of_shards"], tree.passed_over)
                    self.assertEqual(left["bytes_behind_ends"], tree.behind_ends)

    def test_nothing_is_dropped_in_silence(self):
        number = lambda text: int(text.replace(",", ""))
        for seed in SEEDS:
            with self.subTest(seed=seed):
                tree = self.tree(seed)
                record = self.inspected(tree)
                left, said = record["left_out"], " | ".join(record.get("warnings", []))
                groups = re.search(r"left out as no samples: ([^|]*)", said)
                named = re.findall(r"([\d,]+) files? (?:\*|[a-z]|without|of other)", groups.group(1)) if groups else []
                self.assertEqual(sum(map(number, named)), left["files"], said)
                for key, words in (
                    ("hidden_files", r"hidden files?"),
                    ("hidden_directories", r"hidden director(?:y|ies)"),
                    ("linked_directories", r"symbolic links? to (?:a directory|directories)"),
                    ("dangling_links", r"dangling symbolic links?"),
                    ("special_files", r"sockets?, FIFOs? or devices?"),
                    ("members_of_shards", r"files? in shards"),
                ):
                    found = re.search(r"([\d,]+) " + words, said)
                    self.assertEqual(number(found.group(1)) if found else 0, left[key], f"{key}: {said}")
                found = re.search(r"([\d,]+) samples? in shards ha(?:s|ve) several files of one suffix", said)
                self.assertEqual(number(found.group(1)) if found else 0, tree.alike, said)
                self.assertEqual("behind the mark that ends" in said, left["bytes_behind_ends"] > 0, said)

    def test_a_directory_that_cannot_be_read_is_said_without_a_page(self):
        self.place.chmod(0o755)
        for name in ("open", "closed"):
            (self.place / "tree" / name).mkdir(parents=True)
            (self.place / "tree" / name / "a.bin").write_bytes(b"some bytes")
        (self.place / "tree" / "closed").chmod(0)
        who = {"user": 65534} if os.geteuid() == 0 else {}
        # A copy: where the project lies, its owner alone may go.
        own = shutil.copy(AFORO, self.place / "aforo")
        said = subprocess.run([own, "inspect", "tree", "--quiet"], cwd=self.place, capture_output=True, text=True, timeout=60,
                              **who)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertRegex(said.stderr, r"^aforo: .*found 1 file or directory that could not be read, such as .*closed")

    def test_a_parquet_without_its_end_is_damaged(self):
        (self.place / "tree").mkdir()
        for name, end in (("a", b"PAR1"), ("b", b"\0\0\0\0")):
            (self.place / "tree" / f"{name}.parquet").write_bytes(b"PAR1" + bytes(1000) + end)
        said = " | ".join(self.record("inspect", "tree")["warnings"])
        self.assertIn("1 file is damaged, such as b.parquet: expected PAR1 at its end", said)

    def test_every_block_is_taken_and_keeps_its_bytes(self):
        job = self.place / "odd.yaml"
        job.write_text(JOB)
        for seed in SEEDS:
            with self.subTest(seed=seed):
                tree = self.tree(seed)
                record = self.inspected(tree, "-o", "block.yaml")
                planned = self.record("generate", job, "copy", "--dataset", "block.yaml", "--dry-run")
                self.assertEqual(planned["samples"], record["samples"])
                total = record["sizes"]["total"]
                framing = {"file-per-sample": 0, "tfrecord": 60, "webdataset": 1600}[record["layout"]]
                self.assertGreaterEqual(planned["bytes"], 0.99 * total)
                small = 700 * record["samples"] if record["content"] in ("jpeg", "npz") else 0  # the least they hold
                self.assertLessEqual(planned["bytes"], 1.01 * total + framing * record["samples"] + small + 4096)
                self.aforo("size", job, "--dataset", "block.yaml", "-n", "1", "--confirm", "0", "--quiet", code=None)
                if seed not in LAID:
                    continue
                self.aforo("generate", job, f"laid-{seed}", "--dataset", "block.yaml", "--quiet")
                again = self.record("inspect", f"laid-{seed}")
                self.assertEqual(again["samples"], record["samples"])
                self.assertEqual(self.record("run", job, f"laid-{seed}", "--dataset", "block.yaml", "--no-diagnose",
                                             code=None)["samples"], record["samples"])
                self.aforo("run", job, tree.root, "--dataset", "block.yaml", "--no-diagnose", "--quiet", code=None)


if __name__ == "__main__":
    unittest.main()
