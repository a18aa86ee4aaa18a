"""Drawn cases: decided by the seed alone, inside the stated ranges, never asking for more than is stated."""
import math
import os
import subprocess
import sys
import unittest
from collections import Counter

BENCH = os.path.join(os.environ['AFORO_SOURCE_DIR'], 'bench')
sys.path.insert(0, BENCH)

from accuracy import draw, truth
from accuracy.chance import Chance, Choice, Range
from accuracy.families import FAMILIES, MOST_DISK, MOST_MEMORY, device, law, memory, page_cache, slow

SEEDS = (1, 2, 77)
JOBS = 8
DRAWN = [draw.candidate(seed, index, JOBS) for seed in SEEDS for index in range(2 * len(FAMILIES))]


def every_case():
    for storage in DRAWN:
        for dataset in storage.datasets:
            for case in dataset.cases:
                yield storage, dataset, case


class ChanceTest(unittest.TestCase):
    def test_a_range_is_log_uniform_and_kept(self):
        chance, possible = Chance('a'), Range(1, 10_000)
        values = [possible.draw(chance) for _ in range(4000)]
        self.assertTrue(all(map(possible.holds, values)))
        below = sum(value < 100 for value in values)  # half of them: 100 is the middle of 1 to 10,000 by logarithm
        self.assertAlmostEqual(below / 4000, 0.5, delta=4 * math.sqrt(0.25 / 4000))
        whole = Range(2, 48, whole=True)
        self.assertTrue(all(whole.holds(whole.draw(chance)) for _ in range(1000)))

    def test_an_order_has_all_and_each_is_as_likely_first(self):
        firsts = Counter()
        for seed in range(3000):
            order = Chance(seed).order('abc')
            self.assertEqual(sorted(order), ['a', 'b', 'c'])
            firsts[order[0]] += 1
        for count in firsts.values():
            self.assertAlmostEqual(count / 3000, 1 / 3, delta=4 * math.sqrt(2 / 9 / 3000))


class DrawTest(unittest.TestCase):
    def test_the_same_seed_draws_the_same_in_another_process(self):
        words = ('import sys; sys.path.insert(0, sys.argv[1])\nfrom accuracy import draw\n'
                 f'print([draw.candidate(7, index, {JOBS}) for index in range(8)])')
        for hashing in ('0', '1'):
            done = subprocess.run([sys.executable, '-c', words, BENCH], capture_output=True, text=True, check=True,
                                  env={**os.environ, 'PYTHONHASHSEED': hashing})
            self.assertEqual(done.stdout.strip(), str([draw.candidate(7, index, JOBS) for index in range(8)]))

    def test_another_seed_draws_others(self):
        names = [{case.name.split('/', 1)[1] for dataset in draw.candidate(seed, 0, JOBS).datasets
                  for case in dataset.cases} for seed in range(1, 20)]
        for i, one in enumerate(names):
            for other in names[:i]:
                self.assertFalse(one & other)

    def test_every_round_has_every_family(self):
        for seed in SEEDS:
            families = [storage.family for storage in DRAWN if storage.seed == seed]
            self.assertEqual(set(families[:len(FAMILIES)]), set(FAMILIES))
            self.assertEqual(set(families[len(FAMILIES):]), set(FAMILIES))

    def test_parameters_are_inside_their_ranges(self):
        for storage in DRAWN:
            with self.subTest(storage.name):
                ranges = FAMILIES[storage.family].ranges
                self.assertEqual(set(storage.parameters), set(ranges))
                for key, possible in ranges.items():
                    self.assertTrue(possible.holds(storage.parameters[key]), (key, storage.parameters[key]))

    def test_every_storage_has_the_jobs_that_were_asked_for(self):
        for storage in DRAWN:
            cases = [case for dataset in storage.datasets for case in dataset.cases if not case.find_max]
            self.assertEqual(len(cases), JOBS, storage.name)
        self.assertEqual(sum(len(d.cases) for d in draw.candidate(3, 1, 5).datasets), 5)

    def test_names_are_unique(self):
        names = [case.name for _, _, case in every_case()]
        self.assertEqual(len(set(names)), len(names))

    def test_no_more_is_asked_for_than_is_stated(self):
        for storage, dataset, case in every_case():
            with self.subTest(case.name):
                kind, together = FAMILIES[storage.family], case.accelerators * case.batch
                self.assertLessEqual(dataset.bytes, kind.most_bytes)
                if kind.build in (device, page_cache):
                    self.assertLess(1.2 * dataset.bytes, MOST_DISK)
                if kind.build in (slow, memory):
                    self.assertLessEqual(dataset.bytes, MOST_MEMORY)
                self.assertIn(dataset.samples, range(draw.LEAST_SAMPLES, draw.MOST_SAMPLES + 1))
                self.assertEqual(dataset.samples % dataset.data.samples_per_file, 0)
                self.assertEqual(dataset.data.samples(10**12), dataset.samples)
                self.assertLessEqual(case.accelerators * case.workers, draw.MOST_READERS)
                rate = min(truth.gives(kind, storage.parameters, dataset.data, case, dataset.samples).values())
                self.assertLessEqual(draw.LEAST_STEPS * together / rate, draw.RUN_SECONDS)
                self.assertTrue(0.7 <= case.ratio <= 3)
                if case.epochs > 1:
                    self.assertTrue('cached' in storage.parameters or draw.reads_again(storage.family, case.read))
                if 'cached' in storage.parameters:
                    self.assertLessEqual(dataset.bytes / storage.parameters['bandwidth'],
                                         max(draw.PASS_SECONDS, draw.LEAST_BYTES / 80e6) + 0.01)

    def test_draws_cover_what_matters(self):
        cases = [case for _, _, case in every_case()]
        for field, least in (('accelerators', {1, 2, 4, 8, 16}), ('workers', {1, 2, 4, 8}), ('prefetch', {1, 2, 3, 4}),
                             ('synchronous', {True, False}), ('read', {'buffered', 'direct'}), ('epochs', {1, 2, 3}),
                             ('twice', {True, False}), ('find_max', {True, False})):
            self.assertLessEqual(least, {getattr(case, field) for case in cases}, field)
        self.assertEqual({case.laid.layout for case in cases},
                         {'file-per-sample', 'tfrecord', 'webdataset', 'records', 'npy'})
        pairs = [case for case in cases if not case.find_max]
        near = sum(0.9 <= case.ratio <= 1.6 for case in pairs) / len(pairs)
        self.assertTrue(0.6 <= near <= 0.9, near)
        self.assertAlmostEqual(sum(case.twice for case in pairs) / len(pairs), 1 / draw.TWICE_EVERY, delta=0.03)
        maxima = [sum(case.find_max for storage, _, case in every_case() if storage.seed == seed) for seed in SEEDS]
        self.assertTrue(all(count >= 10 for count in maxima), maxima)

    def test_enough_candidates_for_a_machine_that_lacks_most_families(self):
        self.assertGreaterEqual(draw.rounds(25, len(FAMILIES)) // 4, 25)
        self.assertGreaterEqual(draw.rounds(25, 1) // len(FAMILIES), 25)


class LawTest(unittest.TestCase):
    def test_slowfs_is_told_what_was_drawn(self):
        parameters = {'open': 0.5, 'read': 8.1, 'open_law': 'exponential', 'read_law': 'lognormal', 'cv': 1.5}
        self.assertEqual(law(parameters, 'open'), 'exponential:0.5ms')
        self.assertEqual(law(parameters, 'read'), 'lognormal:8.1ms:1.5')
        self.assertEqual(law({'read': 3, 'read_law': 'tail', 'tail_share': 0.02, 'tail_factor': 20.0}, 'read'),
                         'tail:3ms:0.02:20')
        self.assertEqual(law({'open': 1}, 'open'), 'constant:1ms')

    def test_seeds_are_ones_that_slowfs_takes(self):
        for kind in FAMILIES.values():
            if kind.build is slow:
                self.assertTrue(isinstance(kind.ranges['slowfs_seed'], Range))
                self.assertLessEqual(kind.ranges['slowfs_seed'].high, 65536)
        self.assertTrue(Choice((1, 2)).holds(2))


if __name__ == '__main__':
    unittest.main()
