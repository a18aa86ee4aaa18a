"""Formats both ways: a peer reads what aforo generates, aforo reads what the peer writes.

    check_formats.py FORMAT_TOOL PEER        PEER: numpy | pillow | tarfile | tensorflow | torch

Exit code 77 and a sentence where the peer is not installed (an error instead with AFORO_REQUIRE_PEERS=1).
"""

import glob
import importlib.util
import io
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings
import zlib

TOOL, PEER = sys.argv[1], sys.argv[2]
MAGIC = b"AFOROSMP"
MODULES = {"numpy": "numpy", "pillow": "PIL", "tarfile": "tarfile", "tensorflow": "tensorflow", "torch": "torch"}


def tool(*arguments):
    return subprocess.run([TOOL, *arguments], check=True, capture_output=True, text=True).stdout.splitlines()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sample_in(payload):
    """The sample id in a payload's header."""
    assert bytes(payload[:8]) == MAGIC, "no payload header"
    return struct.unpack_from("<Q", payload, 32)[0]


class Peer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="aforo-interop-")
        cls.root = cls.folder.name
        tool("generate", cls.root)
        cls.theirs = os.path.join(cls.root, "theirs")
        os.mkdir(cls.theirs)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def files(self, folder, pattern):
        found = sorted(glob.glob(os.path.join(self.root, folder, "**", pattern), recursive=True))
        self.assertTrue(found, f"no {pattern} in {folder}")
        return found

    def describe(self, path):
        return tool("describe", path)


class Numpy(Peer):
    def test_loads_every_array(self):
        import numpy

        for sample, path in enumerate(self.files("npz", "*.npz")):
            with numpy.load(path) as archive:  # checks the CRC-32
                self.assertEqual(archive.files, ["x"])
                x = archive["x"]
            self.assertEqual((x.dtype, x.ndim), (numpy.uint8, 1))
            self.assertEqual(sample_in(x.tobytes()), sample)
        self.assertEqual(sample, 39)

    def test_maps_the_array_without_copying(self):
        """What readers that skip zipfile rely on: the stored array begins where the local header says."""
        import numpy

        path = self.files("npz", "*.npz")[3]
        raw = read(path)
        name, extra = struct.unpack_from("<HH", raw, 26)
        array = numpy.load(io.BytesIO(raw[30 + name + extra :]))
        self.assertEqual(sample_in(array.tobytes()), 3)

    def test_its_files_are_read(self):
        import numpy

        path = os.path.join(self.theirs, "a.npz")
        numpy.savez(path, x=numpy.zeros((3, 4, 5), "<f4"), y=numpy.asfortranarray(numpy.ones((2, 2))), name="text")
        self.assertEqual(
            self.describe(path),
            ["kind npz", "member x.npy 0 368", "array <f4 C 3x4x5", "member y.npy 0 160", "array <f8 F 2x2"]
            + ["member name.npy 0 144", "array <U4 C "],
        )
        packed = os.path.join(self.theirs, "b.npz")
        numpy.savez_compressed(packed, x=numpy.zeros(1000))
        self.assertEqual(self.describe(packed), ["kind npz", "member x.npy 8 8128"])
        single = os.path.join(self.theirs, "c.npy")
        numpy.save(single, numpy.zeros(3))
        self.assertEqual(self.describe(single), ["kind npy"])

    def test_loads_every_sample_of_an_array_of_many(self):
        import numpy

        samples = []
        for path in self.files("npy", "*.npy"):
            rows = numpy.load(path, mmap_mode="r", allow_pickle=False)
            self.assertEqual((rows.dtype, rows.shape[1:]), (numpy.uint8, (6000,)))
            samples += [sample_in(row.tobytes()) for row in rows]
        self.assertEqual(samples, list(range(40)))

    def test_its_arrays_of_many_samples_are_read_in_every_version(self):
        import numpy

        path = os.path.join(self.theirs, "rows.npy")
        for version in ((1, 0), (2, 0), (3, 0)):
            for dtype, size in (("u1", 1), ("<f4", 4), (">i2", 2), ("<c16", 16), ("<U3", 12), ("S5", 5), ("?", 1)):
                array = numpy.zeros((7, 4, 3), dtype)
                with open(path, "wb") as file, warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # that a newer numpy is needed to read it
                    numpy.lib.format.write_array(file, array, version=version)
                begin = os.path.getsize(path) - array.nbytes
                self.assertEqual(
                    tool("rows", path), [f"sample {begin + i * 12 * size} {12 * size}" for i in range(7)], (version, dtype))

    def test_arrays_without_samples_that_lie_together_are_refused(self):
        import numpy

        path = os.path.join(self.theirs, "refused.npy")
        for array, sentence in (
            (numpy.asfortranarray(numpy.ones((3, 4))), "found Fortran order"),
            (numpy.array([{"a": 1}, None]), "found the type '|O'"),
            (numpy.zeros(3, [("a", "<i4")]), "found the type of a structure"),
            (numpy.float32(1), "found a single value"),
            (numpy.zeros((0, 5)), "found an array of none"),
        ):
            numpy.save(path, array)
            with self.assertRaises(subprocess.CalledProcessError) as raised:
                tool("rows", path)
            self.assertIn(sentence, raised.exception.stderr)

    def test_damage_to_its_file_is_found(self):
        import numpy

        path = os.path.join(self.theirs, "d.npz")
        numpy.savez(path, x=numpy.arange(1000))
        damaged = bytearray(read(path))
        damaged[1000] ^= 1
        with open(path, "wb") as file:
            file.write(damaged)
        with self.assertRaises(subprocess.CalledProcessError) as raised:
            self.describe(path)
        self.assertIn("checksum differs", raised.exception.stderr)


class Pillow(Peer):
    def test_decodes_every_image_without_a_warning(self):
        from PIL import Image

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for path in self.files("jpeg", "*.jpg"):
                with Image.open(path) as image:
                    image.load()
                    self.assertEqual((image.format, image.mode), ("JPEG", "L"))
                    low, high = image.getextrema()
                self.assertGreater(high - low, 200, "an image without contrast")

    def test_images_do_not_compress(self):
        whole = b"".join(read(path) for path in self.files("jpeg", "*.jpg"))
        self.assertGreater(len(zlib.compress(whole, 6)), 0.97 * len(whole))

    def test_its_files_are_recognised(self):
        from PIL import Image

        for name, kind in (("a.jpg", "JPEG"), ("b.png", "PNG"), ("c.gif", "other")):
            path = os.path.join(self.theirs, name)
            Image.new("L", (40, 30), 100).save(path)
            self.assertEqual(self.describe(path), [f"kind {kind}"])


class Tarfile(Peer):
    def test_lists_every_member(self):
        import tarfile

        names = []
        for path in self.files("webdataset", "*.tar"):
            with tarfile.open(path, "r:") as archive:
                for member in archive:
                    content = archive.extractfile(member).read()
                    self.assertEqual(content[:3], b"\xff\xd8\xff")
                    self.assertEqual(len(content), member.size)
                    names.append(member.name)
        self.assertEqual(names, [f"{sample:010}.jpg" for sample in range(40)])

    def test_its_archives_are_read_in_every_dialect(self):
        import tarfile

        long_name = "d" * 60 + "/" + "n" * 70 + ".jpg"  # fits ustar's two fields
        longest = "d" * 160 + "/" + "n" * 120 + ".jpg"
        for name, dialect in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
            path = os.path.join(self.theirs, name + ".tar")
            wanted = [("a.jpg", 700), ("a.cls", 1), (long_name, 3), ("ü.jpg", 5)]
            if dialect != tarfile.USTAR_FORMAT:
                wanted.append((longest, 9))
            with tarfile.open(path, "w", format=dialect) as archive:
                for member_name, size in wanted:
                    member = tarfile.TarInfo(member_name)
                    member.size, member.mtime = size, 1234.5
                    archive.addfile(member, io.BytesIO(b"x" * size))
            with tarfile.open(path) as archive:
                expected = [f"member {m.name} {m.offset_data} {m.size}" for m in archive]
            lines = self.describe(path)
            self.assertEqual(lines[0], "kind tar")
            self.assertEqual([line for line in lines if line.startswith("member")], expected)
            self.assertEqual(sum(line.startswith("sample") for line in lines), len(wanted) - 1)  # a.jpg and a.cls are one


class Tensorflow(Peer):
    def test_reads_and_parses_every_record(self):
        import tensorflow as tf

        features = {
            "image/encoded": tf.io.FixedLenFeature([], tf.string),
            "image/class/label": tf.io.FixedLenFeature([], tf.int64),
        }
        samples = []
        for record in tf.data.TFRecordDataset(self.files("tfrecord", "*.tfrecord")):  # checks both CRCs
            example = tf.io.parse_single_example(record, features)
            samples.append(sample_in(example["image/encoded"].numpy()))
            self.assertEqual(int(example["image/class/label"]), samples[-1] % 100)
        self.assertEqual(samples, list(range(40)))

    def test_decodes_the_images_in_records(self):
        import tensorflow as tf

        features = {"image/encoded": tf.io.FixedLenFeature([], tf.string)}
        for record in tf.data.TFRecordDataset(self.files("tfrecord_jpeg", "*.tfrecord")):
            image = tf.io.decode_jpeg(tf.io.parse_single_example(record, features)["image/encoded"])
            self.assertEqual(image.shape[2], 1)

    def test_the_index_leads_to_the_records(self):
        import tensorflow as tf

        for path in self.files("tfrecord", "*.tfrecord"):
            data = read(path)
            with open(path + ".idx") as index:
                extents = [tuple(map(int, line.split())) for line in index]
            records = [r.numpy() for r in tf.data.TFRecordDataset(path)]
            self.assertEqual([data[o + 12 : o + n - 4] for o, n in extents], records)

    def test_its_files_are_read(self):
        import tensorflow as tf

        path = os.path.join(self.theirs, "a.tfrecord")
        feature = {
            "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"x" * 300])),
            "size": tf.train.Feature(int64_list=tf.train.Int64List(value=[300, -1])),
        }
        example = tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()
        with tf.io.TFRecordWriter(path) as writer:
            for _ in range(3):
                writer.write(example)
        lines = self.describe(path)
        self.assertEqual(lines[0], "kind TFRecord")
        size = len(example) + 16
        self.assertEqual([l for l in lines if l.startswith("record")], [f"record {i * size} {size}" for i in range(3)])
        self.assertEqual(lines.count("feature image 0 300"), 3)
        self.assertEqual(sum(line.startswith("feature size 2 ") for line in lines), 3)


class Torch(Peer):
    def test_a_data_loader_batches_every_sample(self):
        import torch

        files = self.files("raw", "*.bin")

        class Samples(torch.utils.data.Dataset):
            def __len__(self):
                return len(files)

            def __getitem__(self, index):
                return torch.frombuffer(bytearray(read(files[index])), dtype=torch.uint8)[:64]

        loader = torch.utils.data.DataLoader(Samples(), batch_size=8, shuffle=True, num_workers=2)
        seen = [sample_in(row.numpy().tobytes()) for batch in loader for row in batch]
        self.assertEqual(sorted(seen), list(range(40)))

    def test_arrays_become_tensors(self):
        import numpy
        import torch

        path = self.files("npz", "*.npz")[7]
        with numpy.load(path) as archive:
            tensor = torch.from_numpy(archive["x"])
        self.assertEqual(sample_in(tensor.numpy().tobytes()), 7)


def find_peer():
    """Stays, or goes on as the Python that has the peer, or skips by name."""
    if importlib.util.find_spec(MODULES[PEER]):
        return
    other = os.environ.get("AFORO_VENV_PYTHON", "")
    if os.access(other, os.X_OK) and os.path.realpath(sys.prefix) != os.path.realpath(os.path.dirname(os.path.dirname(other))):
        os.execv(other, [other, *sys.argv])
    sentence = f"{PEER} is not installed: what it reads and writes was not checked"
    if os.environ.get("AFORO_REQUIRE_PEERS") == "1":
        sys.exit(f"expected every peer (AFORO_REQUIRE_PEERS=1): {sentence}")
    print(f"skipped: {sentence}")
    sys.exit(77)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    find_peer()
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(globals()[PEER.capitalize()])
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())
