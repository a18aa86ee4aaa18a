"""Checkpoints that are drawn: that a seed decides them, that they fit, and what the page says of pairs."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ['AFORO_SOURCE_DIR'], 'bench'))

from accuracy import draw, saving, saving_draw, saving_report
from accuracy.families import FAMILIES, device, law, slow

SEEDS, CANDIDATES = (1, 77), range(40)


def drawn():
    found = [saving_draw.candidate(seed, index, 4) for seed in SEEDS for index in CANDIDATES]
    return [storage for storage in found if storage]


class SavingDrawTest(unittest.TestCase):
    def test_the_same_seed_draws_the_same_in_another_process(self):
        words = ('from accuracy import saving_draw as d; '
                 'print([repr(d.candidate(5, i, 2)) for i in range(6)])')
        other = subprocess.run([sys.executable, '-c', words], capture_output=True, text=True, check=True,
                               env={**os.environ, 'PYTHONPATH': sys.path[0]}).stdout.strip()
        self.assertEqual(other, str([repr(saving_draw.candidate(5, i, 2)) for i in range(6)]))
        self.assertNotEqual(other, str([repr(saving_draw.candidate(6, i, 2)) for i in range(6)]))

    def test_jobs_are_as_many_as_asked_for_and_can_read_again_and_again(self):
        storages = drawn()
        self.assertGreater(len(storages), len(SEEDS) * len(CANDIDATES) / 2)
        for storage in storages:
            self.assertEqual(len({(case.name, job.name) for case, job in storage.jobs}), 4)
            self.assertTrue(draw.reads_again(storage.drawn.family, storage.dataset.read))

    def test_what_writing_takes_is_inside_its_ranges_and_slowfs_is_told(self):
        for storage in drawn():
            parameters = storage.drawn.parameters
            build = FAMILIES[storage.drawn.family].build
            ranges = {slow: saving_draw.SLOW_WRITES, device: saving_draw.DEVICE_WRITES}.get(build, {})
            for key, possible in ranges.items():
                self.assertTrue(possible.holds(parameters[key]), (storage.name, key))
            if build is slow:
                self.assertIn(law(parameters, 'write').split(':')[0], ('constant', 'exponential', 'lognormal'))

    def test_draws_cover_what_matters(self):
        jobs = [job for storage in drawn() for _, job in storage.jobs]
        for key, expected in (('mode', {'sync', 'async'}), ('write', {'buffered', 'direct'}),
                              ('files', {'dcp', 'dlio-v3', 'safetensors', 'dcp-tensors', 'torch'})):
            self.assertEqual({getattr(job, key) for job in jobs}, expected)

    def test_the_block_is_what_a_workload_says(self):
        job = saving_draw.Saving('async', 'dcp', 2, '8 MiB', 'direct', 1, 2, 0.1)
        text = saving.checkpoint_block(job, 14e6, 50, 1e9)
        self.assertEqual(text, 'checkpoint: {parameters: 1000000, every_steps: 50, files: dcp, files_per_rank: 2, chunk: 8 MiB, '
                               'write: direct, mode: async, keep: 1, copy_rate: 1000000000 B}\n')


def pair(name, au, measured, seconds, took, mode='sync', **said):
    return {'id': name, 'kind': 'saving', 'date': '2026-12-01 00:00:00 UTC', 'machine': {'cores': 2},
            'versions': {'aforo': '0.1.0'}, 'commands': ['aforo run'],
            'config': {'storage': name, 'accelerators': 2, 'mode': mode, 'files': 'dcp', 'write': 'direct', 'bytes': 1e8,
                       'every_steps': 10, 'steps': 50, 'step_seconds': 0.01},
            'drawn': {'seed': 3, 'family': 'latency', 'parameters': {'read': 2, 'slowfs_seed': 1}},
            'predicted': {'au': au, 'au_interval': [au - 0.05, au + 0.05],
                          'checkpoints': {'seconds': seconds, 'seconds_interval': [0.9 * seconds, 1.1 * seconds], **said}},
            'measured': {'au': measured, 'checkpoint_seconds': took}}


class SavingReportTest(unittest.TestCase):
    def render(self, pairs):
        with tempfile.TemporaryDirectory(prefix='aforo-saving-') as folder:
            with open(os.path.join(folder, 'pairs.jsonl'), 'w', encoding='utf-8') as file:
                file.writelines(json.dumps(entry) + '\n' for entry in pairs)
            return saving_report.render(folder)

    def test_figures(self):
        page = self.render([pair('a', 0.8, 0.78, 1, [0.95, 1.05]), pair('b', 0.6, 0.7, 1, [0.5, 0.5]),
                            {'id': 'c', 'kind': 'skipped', 'reason': 'needs root'}])
        self.assertIn('2 pairs on 2 storages, seed 3.', page)
        self.assertIn('| mean | 6.0 | 50 |', page)  # 2 and 10 points; 0 and 100 %
        self.assertIn('| worst | 10.0 | 100 |', page)
        self.assertIn('| inside the 95 % interval | 50 % | 50 % |', page)
        self.assertIn('- c: needs root', page)
        self.assertNotIn('slowfs_seed', page)

    def test_an_asynchronous_one_is_held_against_writing_beside_reads(self):
        beside = pair('a', 0.8, 0.8, 1, [2.0, 2.0], mode='async', writes_left=0.5)
        self.assertAlmostEqual(saving_report.off(beside), 1)
        self.assertTrue(saving_report.seconds_inside(beside))

    def test_without_pairs_the_reasons_are_said(self):
        self.assertIn('- c: needs root', self.render([{'id': 'c', 'kind': 'skipped', 'reason': 'needs root'}]))


if __name__ == '__main__':
    unittest.main()
