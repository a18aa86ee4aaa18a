"""True limits by construction, each worked by hand."""
import os
import sys
import unittest
from dataclasses import replace

sys.path.insert(0, os.path.join(os.environ['AFORO_SOURCE_DIR'], 'bench'))

from accuracy import truth
from accuracy.cases import Case
from accuracy.families import FAMILIES
from accuracy.workloads import Data

FILES = Data('file-per-sample', 'raw', '100 kB', 100_000)
SHARDS = Data('tfrecord', '', '131072 B', 131_072, 'tensorflow', 'none', samples_per_file=64)


def case(accelerators=4, workers=8, batch=10, synchronous=False, epochs=1, data=FILES):
    return Case('s', 'd', 'direct', accelerators, workers, 2, batch, synchronous, 1, epochs, dataset=data)


def limit(family, parameters, job, step_seconds, au=0.5, steps=1000, samples=6400, measured=0, busy=0.95):
    return truth.limit(FAMILIES[family], parameters, job.laid, job, samples, step_seconds, steps,
                       truth.Measured(au, measured, busy))


class TruthTest(unittest.TestCase):
    def test_bandwidth(self):
        # 100 MB/s of 100 kB: 1000 samples/s; 4 x 10 a step of 20 ms ask for 2000. 32 readers of 0.4 ms could take 80,000.
        found = limit('bandwidth', {'bandwidth': 100e6}, case(), 0.020)
        self.assertEqual((found.cause, found.right), ('bandwidth', ('storage bandwidth',)))
        self.assertEqual((found.gives['bandwidth'], found.gives['loader'], found.demand), (1000, 80_000, 2000))

    def test_samples_anywhere_in_a_file_are_read_in_whole_blocks(self):
        # 100 MB/s of 100,000 B and one block of 4,096 B more.
        records = Data('records', '', '100 kB', 100_000, samples_per_file=64)
        found = limit('bandwidth', {'bandwidth': 100e6}, case(data=records), 0.020)
        self.assertEqual(found.gives['bandwidth'], 960.7)
        buffered = replace(case(data=records), read='buffered')
        self.assertEqual(limit('bandwidth', {'bandwidth': 100e6}, buffered, 0.020).gives['bandwidth'], 1000)

    def test_an_estimate_is_no_less_than_what_was_measured(self):
        # One reader, thought to take 2,500 /s of 0.4 ms, took 2,650 of the 2,720 that requests allow: one is as true as
        # the other. What the drawn limits allow is no estimate.
        found = limit('requests', {'requests': 2720}, case(1, 1), 0.001, measured=2650)
        self.assertEqual(found.gives, {'loader': 2650, 'requests': 2720})
        self.assertEqual(set(found.right), {'loader settings', 'storage bandwidth'})
        self.assertEqual(limit('requests', {'requests': 2000}, case(1, 8), 0.001, measured=2100).gives['requests'], 2000)
        busy = limit('checksums', {'algorithm': 'sha256'}, case(), 0.001, measured=50_000)
        self.assertEqual((busy.cause, busy.gives['client CPU']), ('client CPU', 50_000))

    def test_storage_that_computes_and_leaves_cores_idle_is_judged_by_nobody(self):
        idle = limit('checksums', {'algorithm': 'sha256'}, case(), 0.001, busy=0.6)
        self.assertEqual((idle.cause, idle.right), (truth.NOT_KNOWN, ()))
        self.assertEqual(limit('checksums', {'algorithm': 'sha256'}, case(), 0.001, au=0.95, busy=0.6).right, ('not limited',))

    def test_the_smaller_of_bandwidth_and_requests(self):
        self.assertEqual(limit('bandwidth-and-requests', {'bandwidth': 100e6, 'requests': 500}, case(), 0.02).cause,
                         'requests')
        self.assertEqual(limit('bandwidth-and-requests', {'bandwidth': 100e6, 'requests': 2000}, case(), 0.02).cause,
                         'bandwidth')

    def test_a_file_of_2_and_a_half_mib_is_three_requests(self):
        large = Data('file-per-sample', 'raw', '', 2_621_440)
        self.assertEqual(truth.requests_of(large), (1, 3))
        self.assertEqual(truth.requests_of(SHARDS), (1 / 64, 0.5))  # 128 of 256 KiB
        found = limit('requests', {'requests': 300}, case(data=large), 0.1)
        self.assertEqual(found.gives['requests'], 100)

    def test_servers_or_readers_whichever_are_fewer(self):
        # open 1 ms, read 4 ms: 8 at once give 1600/s; 2 readers take 400/s.
        parameters = {'open': 1, 'read': 4, 'concurrency': 8}
        many = limit('latency', parameters, case(4, 8), 0.010)
        self.assertEqual((many.cause, many.gives['servers']), ('servers', 1600))
        self.assertEqual(many.right, ('storage bandwidth', 'storage latency'))
        few = limit('latency', parameters, case(1, 2), 0.010)
        self.assertEqual((few.cause, few.gives['loader'], few.right), ('loader', 400, ('loader settings',)))
        as_many = limit('latency', parameters, case(1, 8), 0.002)
        self.assertEqual(set(as_many.right), {'loader settings', 'storage bandwidth', 'storage latency'})

    def test_where_opening_takes_longest_it_is_metadata(self):
        self.assertEqual(limit('open', {'open': 9, 'read': 1, 'concurrency': 4}, case(), 0.01).right, ('metadata',))
        both = limit('open', {'open': 1, 'read': 1, 'concurrency': 4}, case(), 0.01)
        self.assertEqual(set(both.right), {'metadata', 'storage bandwidth', 'storage latency'})

    def test_a_tail_is_in_the_mean(self):
        parameters = {'open': 0, 'read': 1, 'read_law': 'tail', 'tail_share': 0.05, 'tail_factor': 21.0}
        self.assertAlmostEqual(truth.mean_latency(parameters, 'read'), 2e-3)  # 1 + 0.05 x 20

    def test_shards_bound_the_readers(self):
        # 2 shards for 4 x 8 workers: 2 readers.
        found = limit('latency', {'open': 1, 'read': 4, 'concurrency': 64}, case(data=SHARDS), 0.010, samples=128)
        self.assertEqual(found.cause, 'loader')
        self.assertIn('too few shards', found.right)
        self.assertAlmostEqual(found.gives['loader'], 2 / (1e-3 / 64 + 0.5 * 4e-3), delta=1)

    def test_enough_on_the_average_and_yet_missed_is_spread(self):
        # 1600/s given, 1600 asked for: 0.9 of that is enough.
        found = limit('tail', {'open': 1, 'read': 4, 'concurrency': 8, 'tail_share': 0.01, 'tail_factor': 10},
                      case(synchronous=True), 0.025, au=0.8)
        self.assertEqual(found.cause, 'spread')
        self.assertEqual(set(found.right), {'barrier skew', 'loader settings', 'storage latency'})

    def test_a_met_target_is_not_limited(self):
        found = limit('bandwidth', {'bandwidth': 1e6}, case(), 0.02, au=0.91)
        self.assertEqual((found.cause, found.right), ('not limited', ('not limited',)))

    def test_computing_storage_is_the_clients_cpu_unless_readers_are_few(self):
        self.assertEqual(limit('encryption', {}, case(64, 8), 0.0001).right, ('client CPU',))
        self.assertEqual(set(limit('encryption', {}, case(1, 1), 0.0001).right), {'client CPU', 'loader settings'})

    def test_what_the_page_cache_holds_costs_no_bandwidth(self):
        # Half is held from the second of 2 epochs on: 1 - 0.5 / 2 is read.
        found = limit('page-cache', {'bandwidth': 75e6, 'cached': 0.5}, case(epochs=2), 0.02)
        self.assertEqual(found.gives['bandwidth'], 1000)
        self.assertEqual(set(found.right), {'storage bandwidth', 'cold cache'})

    def test_a_long_first_batch_is_a_limit_too(self):
        # 8 readers of 5 ms take 1600/s, 10 samples of every 10 ms are 1000/s: enough. The first 8 x 10 samples take 50 ms,
        # 10 steps 100 ms: a third.
        parameters = {'open': 1, 'read': 4, 'concurrency': 64}
        self.assertIn('epoch start', limit('latency', parameters, case(1, 8), 0.010, au=0.65, steps=10).right)
        self.assertNotIn('epoch start', limit('latency', parameters, case(1, 8), 0.010, au=0.65, steps=1000).right)
        self.assertNotIn('epoch start', limit('latency', parameters, case(1, 8), 0.010, au=0.5, steps=10).right)
        # Where storage is too slow in the long run, a short run that lives on its first batches says nothing else.
        self.assertNotIn('epoch start', limit('latency', parameters, case(1, 8), 0.005, au=0.65, steps=10).right)
        self.assertAlmostEqual(truth.start_share(FAMILIES['bandwidth'], {'bandwidth': 100e6}, FILES, case(4, 8), 6400, 0.32),
                               0.5)  # 32 readers x 10 samples at 1000/s are 0.32 s

    def test_what_the_kernel_reads_ahead_of_shards_delays_the_first_batch(self):
        # 8 readers fetch 20 samples of 128 KiB each, 2.5 MiB, at 500/s: 0.32 s; directly 10 of them, 0.16 s.
        parameters = {'bandwidth': 500 * 131_072}
        job = case(2, 4, data=SHARDS)
        buffered = replace(job, read='buffered')
        self.assertAlmostEqual(truth.start_share(FAMILIES['bandwidth'], parameters, SHARDS, buffered, 6400, 0.32), 0.5)
        self.assertAlmostEqual(truth.start_share(FAMILIES['bandwidth'], parameters, SHARDS, job, 6400, 0.16), 0.5)

    def test_every_cause_has_a_right_verdict(self):
        self.assertEqual(set(truth.RIGHT), set(truth.CAUSES))


if __name__ == '__main__':
    unittest.main()
