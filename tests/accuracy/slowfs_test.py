"""The slow filesystem: what it mirrors, that it delays, queues and goes away. Lower bounds of time, and one
upper bound that says what it leaves room for."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.environ['AFORO_SOURCE_DIR'], 'bench'))

from accuracy import fuse
from accuracy.cgroups import Unavailable

SLOWFS = sys.argv.pop(1)
AFORO = os.environ['AFORO']
SIZE = 1000


class SlowfsTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.mkdtemp(prefix='aforo-slowfs-')
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        self.source, self.mirror = os.path.join(self.place, 'source'), os.path.join(self.place, 'mirror')
        os.makedirs(os.path.join(self.source, 'folder'))
        self.content = os.urandom(300_000)
        for name in ('a', os.path.join('folder', 'b')):
            with open(os.path.join(self.source, name), 'wb') as file:
                file.write(self.content)

    def mounted(self, *options):
        return fuse.mounted(SLOWFS, self.source, self.mirror, list(options))

    def reads(self, count, at_once=1):
        """Seconds that so many reads of SIZE bytes take."""
        fd = os.open(os.path.join(self.mirror, 'a'), os.O_RDONLY)
        try:
            with concurrent.futures.ThreadPoolExecutor(at_once) as threads:
                begin = time.monotonic()
                found = list(threads.map(lambda i: os.pread(fd, SIZE, i * SIZE), range(count)))
                took = time.monotonic() - begin
        finally:
            os.close(fd)
        self.assertEqual(b''.join(found), self.content[:count * SIZE])
        return took

    def test_contents_are_mirrored(self):
        with self.mounted():
            self.assertEqual(sorted(os.listdir(self.mirror)), ['a', 'folder'])
            with open(os.path.join(self.mirror, 'folder', 'b'), 'rb') as file:
                self.assertEqual(file.read(), self.content)
            self.assertEqual(os.stat(os.path.join(self.mirror, 'a')).st_size, len(self.content))
            with self.assertRaises(FileNotFoundError):
                open(os.path.join(self.mirror, 'c'), 'rb')
            with self.assertRaisesRegex(OSError, 'Read-only'):
                open(os.path.join(self.mirror, 'c'), 'wb')

    def test_writing_is_delayed_by_its_own_laws(self):
        def took(*options):
            with self.mounted('--read-write', *options):
                begin = time.monotonic()
                fd = os.open(os.path.join(self.mirror, 'c'), os.O_WRONLY | os.O_CREAT)
                for i in range(4):
                    os.pwrite(fd, b'0123456789', 10 * i)
                os.fsync(fd)
                end = time.monotonic()
                os.close(fd)
            with open(os.path.join(self.source, 'c'), 'rb') as file:
                self.assertEqual(file.read(), 4 * b'0123456789')
            os.unlink(os.path.join(self.source, 'c'))
            return end - begin

        self.assertGreaterEqual(took('--write-latency', 'constant:50ms'), 0.2)
        self.assertGreaterEqual(took('--create-latency', 'constant:100ms', '--sync-latency', 'constant:100ms'), 0.2)
        self.assertGreaterEqual(took('--write-latency', 'constant:0ms', '--bandwidth', '200'), 0.2)

    def test_files_can_be_written_where_asked(self):
        with self.mounted('--read-write'):
            with open(os.path.join(self.mirror, 'folder', 'c'), 'wb') as file:
                file.write(b'new')
            os.rename(os.path.join(self.mirror, 'folder', 'c'), os.path.join(self.mirror, 'd'))
            os.unlink(os.path.join(self.mirror, 'a'))
        self.assertEqual(sorted(os.listdir(self.source)), ['d', 'folder'])
        with open(os.path.join(self.source, 'd'), 'rb') as file:
            self.assertEqual(file.read(), b'new')

    def test_every_read_waits_although_it_was_read_before(self):
        with self.mounted('--read-latency', 'constant:10ms'):
            self.assertGreaterEqual(self.reads(20), 0.2)
            self.assertGreaterEqual(self.reads(20), 0.2)

    def test_every_open_waits(self):
        with self.mounted('--open-latency', 'constant:10ms'):
            begin = time.monotonic()
            for _ in range(20):
                os.close(os.open(os.path.join(self.mirror, 'a'), os.O_RDONLY))
            self.assertGreaterEqual(time.monotonic() - begin, 0.2)

    def test_reads_queue_for_servers(self):
        with self.mounted('--read-latency', 'constant:50ms', '--concurrency', '2'):
            self.assertGreaterEqual(self.reads(8, at_once=8), 0.2)  # four rounds of two

    def test_tails_come_with_their_probability(self):
        # 100 reads of 1 ms; of each with probability 1/2 20 ms instead: at least 20 such but for once in 10^10
        with self.mounted('--read-latency', 'tail:1ms:0.5:20'):
            self.assertGreaterEqual(self.reads(100), 20 * 0.02 + 80 * 0.001)

    def test_random_latencies_have_their_mean(self):
        # 200 exponential latencies of mean 2 ms: 400 ms, standard deviation 28 ms. At least 250 ms but for 5 of them.
        for law in ('exponential:2ms', 'lognormal:2ms:1'):
            with self.subTest(law), self.mounted('--read-latency', law):
                self.assertGreaterEqual(self.reads(200), 0.25)

    def test_bandwidth_is_that_of_all_reads_together(self):
        with self.mounted('--bandwidth', '1e6'):
            self.assertGreaterEqual(self.reads(200, at_once=8), 0.199)  # 200 kB at 1 MB/s

    def test_nothing_is_mounted_at_the_end(self):
        with self.mounted() as server:
            self.assertTrue(os.path.ismount(self.mirror))
        self.assertEqual(server.returncode, 0)
        self.assertFalse(os.path.exists(self.mirror))

    def test_bad_words_are_named(self):
        for words, says in ((['a'], 'expected SOURCE and MOUNTPOINT'),
                            ([self.source, 'm', '--read-latency', 'constant:5'], "a time in us, ms or s, found '5'"),
                            ([self.source, 'm', '--read-latency', 'weibull:5ms'], "found 'weibull:5ms'"),
                            ([self.source, 'm', '--read-latency', 'tail:5ms:2:3'], 'a probability up to 1'),
                            ([self.source, 'm', '--concurrency', '1.5'], "requests up to 65536, found '1.5'"),
                            ([self.source, 'm', '--bandwidth', '-3'], "bytes per second, found '-3'"),
                            ([self.source, 'm', '--speed', '3'], "found '--speed'"),
                            ([self.source, 'm', '--seed'], 'expected a value after --seed'),
                            (['/nowhere', 'm'], "expected a directory to mirror, found '/nowhere'")):
            with self.subTest(words):
                done = subprocess.run([SLOWFS, *words], capture_output=True, text=True, check=False, timeout=20)
                self.assertEqual(done.returncode, 2)
                self.assertIn(says, done.stderr)
                self.assertEqual(done.stderr.count('\n'), 1, done.stderr)

    def test_a_run_has_as_many_opens_under_way_as_it_has_workers_although_names_are_known(self):
        job = os.path.join(self.place, 'job.yaml')
        with open(job, 'w', encoding='utf-8') as file:
            file.write('name: opens\ndataset: {layout: file-per-sample, content: raw, samples: 32, sample_size: 4 kB}\n'
                       'loader: {framework: pytorch, batch_size: 1, workers: 16, prefetch: 2}\n'
                       'accelerator: {type: tiny, step_time: 1 us}\n')
        with self.mounted('--read-write', '--open-latency', 'constant:100ms'):
            data = os.path.join(self.mirror, 'data')
            subprocess.run([AFORO, 'generate', job, data, '--quiet'], check=True)
            for _ in range(2):  # after the first, the kernel knows every name
                said = subprocess.run([AFORO, 'run', job, data, '--threads', '1', '--engine', 'auto', '--no-diagnose',
                                       '--quiet', '--json', '-'], check=False, capture_output=True)
                record = json.loads(said.stdout)
        # One after another they take 3.2 s; 16 at once 0.2 s. Half of the former leaves room for a busy machine.
        self.assertLess(record['wall_seconds'], 1.6)


if __name__ == '__main__':
    try:
        fuse.available(SLOWFS)
    except Unavailable as reason:
        print(f'skipped: {reason}')
        sys.exit(77)
    unittest.main()
