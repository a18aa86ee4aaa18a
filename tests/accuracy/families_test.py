"""Every family of storages: built where the machine can, files written and read again, and nothing left behind.

  families_test.py SLOWFS
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, os.path.join(os.environ['AFORO_SOURCE_DIR'], 'bench'))

from accuracy import codec, cpu, draw
from accuracy.cgroups import Unavailable
from accuracy.families import FAMILIES
from accuracy.storages import Places

SLOWFS = sys.argv.pop() if len(sys.argv) > 1 else ''
NEEDED = 4 * 10**9  # bytes on the disk: a loop device's file and some


def first_of(family):
    return next(storage for storage in (draw.candidate(1, index, 2) for index in range(len(FAMILIES)))
                if storage.family == family)


def zrams():
    return {name for name in os.listdir('/sys/block') if name.startswith('zram')}


class FamiliesTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.mkdtemp(prefix='aforo-families-')
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        for name in ('disk', 'memory'):
            os.mkdir(os.path.join(self.place, name))
        self.places = Places(os.path.join(self.place, 'disk'), os.path.join(self.place, 'memory'), SLOWFS)

    def nothing_is_left(self):
        self.assertEqual(os.listdir(self.places.directory), [])
        self.assertEqual(os.listdir(self.places.memory), [])
        with open('/proc/mounts', encoding='utf-8') as file:
            self.assertNotIn(self.place, file.read())

    def use(self, mounted):
        laid, content = os.path.join(mounted.lay, 'laid'), os.urandom(300_000)
        os.mkdir(laid)
        with open(os.path.join(laid, 'sample'), 'wb') as file:
            file.write(content)
        if mounted.settle:
            mounted.settle(laid)
        os.sync()
        with open(os.path.join(mounted.read, 'laid', 'sample'), 'rb') as file:
            found = file.read()
        self.assertEqual(len(found), len(content))
        self.assertEqual(found == content, not mounted.settle)
        self.assertGreaterEqual(mounted.server_cpu_seconds(), 0)
        for group in mounted.groups:
            self.assertTrue(os.path.exists(os.path.join(group, 'cgroup.procs')))

    def test_all(self):
        if shutil.disk_usage(self.place).free < NEEDED:
            self.skipTest(f'expected {NEEDED / 1e9:.0f} GB free in {self.place}')
        before = zrams()
        for family in FAMILIES:
            with self.subTest(family):
                try:
                    with first_of(family).build(self.places) as mounted:
                        self.use(mounted)
                except Unavailable as reason:
                    print(f'{family}: not built here: {reason}', file=sys.stderr)
                    self.assertNotIn('slowfs: expected', str(reason))  # words that it does not know
                self.nothing_is_left()
        self.assertEqual(zrams(), before)


class CodecTest(unittest.TestCase):
    def test_content_compresses_to_about_the_share_that_was_drawn(self):
        for share in (0.2, 0.7):
            with tempfile.TemporaryDirectory(prefix='aforo-codec-') as place:
                path = os.path.join(place, 'sample')
                with open(path, 'wb') as file:
                    file.write(os.urandom(3_000_001))
                codec.make_compressible(place, share)
                with open(path, 'rb') as file:
                    found = file.read()
                self.assertEqual(len(found), 3_000_001)
                page = zlib.compress(found[8192:12288])  # a page alone, as zram has it
                self.assertAlmostEqual(len(page) / 4096, share, delta=0.03)


class CpuTest(unittest.TestCase):
    def test_time_of_a_process_that_computes_grows(self):
        child = subprocess.Popen([sys.executable, '-c', 'while True: pass'])
        try:
            while cpu.seconds(child.pid) < 0.1:
                pass
        finally:
            child.kill()
            child.wait()
        with self.assertRaises(OSError):
            cpu.seconds(child.pid)


if __name__ == '__main__':
    unittest.main()
