"""The accuracy page from a few pairs whose figures are worked by hand, and the file of pairs."""
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ['AFORO_SOURCE_DIR'], 'bench'))

from accuracy import report, results


def pair(name, predicted, measured, storage='disk', data='files-114k', **more):
    return {'id': name, 'kind': 'au', 'date': '2026-01-02 03:04:05 UTC',
            'config': {'storage': storage, 'data': data, 'read': 'direct', 'accelerators': 4, 'workers': 2,
                       'prefetch': 2, 'batch': 16, 'synchronous': True, 'ratio': 1.1, 'epochs': 1, 'samples': 1000,
                       'step_seconds': 0.0125, 'steps': 100},
            'predicted': {'au': predicted, 'au_interval': [predicted - 0.03, predicted + 0.03], 'method': 'simulate'},
            'measured': {'au': measured, 'limit': 'storage bandwidth'},
            'machine': {'cpu': 'a CPU', 'cores': 2, 'memory_bytes': 2**33}, 'versions': {'aforo': 'aforo 0.1.0'},
            'commands': ['aforo probe D', 'aforo predict W S', 'aforo run W D'], **more}


def maximum(name, predicted, measured):
    found = pair(name, 0.9, 0.9)
    return {**found, 'kind': 'max', 'predicted': {'max_accelerators': predicted},
            'measured': {'max_accelerators': measured, 'max_accelerators_interval': [measured - 1, measured + 1]}}


# Differences +1, -4, +7 points: mean |.| 4, worst 7, bias 4/3; within 2: 1 of 3; within 6: 2 of 3; in the interval
# (3 points each way): 1 of 3. Measured twice: 1 point apart.
PAIRS = [pair('disk/a', 0.91, 0.90, again={'au': 0.89}), pair('disk/b', 0.56, 0.60, data='tfrecord'),
         pair('memory/c', 0.77, 0.70, storage='memory')]


def page(*entries):
    return report.render({entry['id']: entry for entry in entries})


class ReportTest(unittest.TestCase):
    def test_remarks_on_the_misses_have_a_section(self):
        found = {entry['id']: entry for entry in PAIRS}
        self.assertNotIn('Where it misses', report.render(found))
        self.assertIn('## Where it misses, and why\n\n- a reason\n', report.render(found, '- a reason\n'))
        self.assertEqual(report.remarks('/nowhere'), '')

    def test_the_summary(self):
        text = page(*PAIRS)
        for line in ('3 pairs; measured AU from 60 % to 90 %.',
                     '| mean difference of AU, points | 4.0 | 2 | **missed** |',
                     '| worst difference of AU, points | 7.0 | 6 | **missed** |',
                     '| within 2 points | 33 % | | |', '| within 6 points | 67 % | | |',
                     '| measured AU inside the predicted interval | 33 % | | |',
                     '| noise floor: the same measurement twice (1 pairs), mean and worst | 1.0, 1.0 | | |'):
            self.assertIn(line + '\n', text)

    def test_goals_that_are_met(self):
        self.assertIn('| mean difference of AU, points | 1.0 | 2 | met |\n', page(PAIRS[0]))

    def test_groups(self):
        text = page(*PAIRS)
        # disk: |+1| and |-4|; tfrecord: |-4|
        self.assertIn('| disk | 2 | 2.5 | 4.0 | -1.5 | 50 % | 100 % |\n', text)
        self.assertIn('| memory | 1 | 7.0 | 7.0 | +7.0 | 0 % | 0 % |\n', text)
        self.assertIn('| tfrecord | 1 | 4.0 | 4.0 | -4.0 | 0 % | 100 % |\n', text)

    def test_the_worst_come_first_with_their_configuration(self):
        worst = page(*PAIRS).split('## The worst 3')[1].split('##')[0]
        rows = [line for line in worst.splitlines() if line.startswith(('| disk', '| memory'))]
        self.assertEqual([row.split(' | ')[6] for row in rows], ['+7.0', '-4.0', '+1.0'])
        self.assertIn('4 accelerators x 2 workers, prefetch 2, batch 16, barrier, step 12.5 ms', rows[0])
        self.assertIn('77.0 (74.0 - 80.0) | 70.0 | +7.0 |  | simulate | storage bandwidth |', rows[0])

    def test_maxima_may_miss_by_one_or_by_five_percent(self):
        text = page(*PAIRS, maximum('m1', 5, 6), maximum('m2', 5, 7), maximum('m3', 103, 100))
        self.assertIn('| largest number of accelerators within 5 % or one | 2 of 3 | 9 of 10 | **missed** |\n', text)
        self.assertIn('| 5 | 6 (5 - 7) | met |\n', text)
        self.assertIn('| 5 | 7 (6 - 8) | **missed** |\n', text)
        self.assertIn('| 103 | 100 (99 - 101) | met |\n', text)

    def test_what_was_left_out_is_named_with_its_reason_unless_it_was_measured_later(self):
        text = page(*PAIRS, {'id': 'fuse-tail', 'kind': 'skipped', 'reason': 'no FUSE'},
                    {'id': 'memory', 'kind': 'skipped', 'reason': 'no memory'},
                    {'id': 'disk/z', 'kind': 'failed', 'reason': 'it did not end'})
        self.assertIn('- fuse-tail: no FUSE\n', text)
        self.assertIn('- disk/z: it did not end\n', text)
        self.assertNotIn('no memory', text)

    def test_machine_date_and_commands(self):
        text = page(*PAIRS)
        self.assertIn('- cpu: a CPU; cores: 2; memory: 8.0 GiB\n', text)
        self.assertIn('measured 2026-01-02 to 2026-01-02 with aforo 0.1.0 at commit unknown', text)
        self.assertIn('    aforo predict W S\n', text)
        self.assertIn('(accuracy-closed-forms.md)', text)

    def test_nothing_measured(self):
        text = page({'id': 'fuse-tail', 'kind': 'skipped', 'reason': 'no FUSE'})
        self.assertIn('Nothing was measured.', text)
        self.assertIn('- fuse-tail: no FUSE\n', text)

    def test_a_prediction_without_a_measurement_is_no_pair(self):
        self.assertIn('1 pairs;', page(PAIRS[0], {**PAIRS[1], 'kind': 'predicted'}))


class ResultsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='aforo-results-')
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, 'new', 'pairs.jsonl')

    def test_later_lines_replace_earlier_ones(self):
        self.assertEqual(results.read(self.path), {})
        results.add(self.path, {'id': 'a', 'kind': 'predicted'})
        results.add(self.path, {'id': 'b', 'kind': 'failed', 'reason': 'x'})
        self.assertEqual(results.done(results.read(self.path)), set())
        results.add(self.path, {'id': 'a', 'kind': 'au'})
        self.assertEqual(results.done(results.read(self.path)), {'a'})

    def test_a_line_that_was_cut_off_is_replaced(self):
        results.add(self.path, {'id': 'a', 'kind': 'au'})
        with open(self.path, 'a', encoding='utf-8') as file:
            file.write('{"id": "b", "ki')
        self.assertEqual(list(results.read(self.path)), ['a'])
        results.add(self.path, {'id': 'c', 'kind': 'au'})
        with open(self.path, encoding='utf-8') as file:
            self.assertEqual([json.loads(line)['id'] for line in file], ['a', 'c'])

    def test_a_broken_line_in_the_middle_is_an_error(self):
        results.add(self.path, {'id': 'a', 'kind': 'au'})
        with open(self.path, 'a', encoding='utf-8') as file:
            file.write('{"id": "b", "ki\n{"id": "c", "kind": "au"}\n')
        with self.assertRaisesRegex(ValueError, 'pairs.jsonl:2'):
            results.read(self.path)


if __name__ == '__main__':
    unittest.main()
