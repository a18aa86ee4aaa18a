"""The accuracy harness as a whole, with a made-up probe and predictor beside the real generator and runs."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
RUN = os.path.join(os.environ['AFORO_SOURCE_DIR'], 'bench', 'accuracy', 'run.py')


class HarnessTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.mkdtemp(prefix='aforo-harness-')
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        for name in ('build', 'disk', 'memory'):
            os.mkdir(os.path.join(self.place, name))
        shutil.copy(os.path.join(HERE, 'fake_aforo.py'), os.path.join(self.place, 'build', 'aforo'))

    def words(self, *more):
        return [sys.executable, RUN, '--dir', os.path.join(self.place, 'disk'), '--memory-dir',
                os.path.join(self.place, 'memory'), '--build', os.path.join(self.place, 'build'), '--quick',
                '--out', os.path.join(self.place, 'out'), *more]

    def run_to_its_end(self, *more, **environment):
        done = subprocess.run(self.words(*more), capture_output=True, text=True, check=False,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def kept(self):
        with open(os.path.join(self.place, 'out', 'pairs.jsonl'), encoding='utf-8') as file:
            return [json.loads(line) for line in file]

    def nothing_is_left(self):
        self.assertEqual(os.listdir(os.path.join(self.place, 'disk')), [])
        self.assertEqual(os.listdir(os.path.join(self.place, 'memory')), [])

    def test_a_pair_is_predicted_then_measured_and_kept_once(self):
        done = self.run_to_its_end('--only', 'memory', '--limit', '1')
        predicted, pair, twice = self.kept()  # the first case is measured twice
        self.assertEqual((twice['id'], twice['measured']), (pair['id'], pair['measured']))
        self.assertNotIn('again', pair)
        self.assertTrue(0 < twice['again']['au'] <= 1)
        self.assertEqual((predicted['kind'], pair['kind']), ('predicted', 'au'))
        self.assertNotIn('measured', predicted)
        self.assertEqual(predicted['predicted'], pair['predicted'])
        self.assertTrue(0 < pair['measured']['au'] <= 1)
        self.assertTrue(os.path.exists(os.path.join(self.place, 'out', 'probes', pair['probe'])))
        config = pair['config']
        # The made-up storage gives 1000 samples/s without compute; the accelerators ask for `ratio` of it.
        demand = config['accelerators'] * config['batch'] / config['step_seconds']
        self.assertAlmostEqual(demand, 1000 * config['ratio'], delta=1)
        self.nothing_is_left()
        self.assertIn('1 pairs;', done.stdout)
        self.run_to_its_end('--only', 'memory', '--limit', '1')
        self.assertEqual(len(self.kept()), 3)  # what was there is not made again

    def test_a_storage_that_cannot_be_built_is_skipped_by_name(self):
        self.run_to_its_end('--only', 'fuse-tail')
        (entry,) = self.kept()
        self.assertEqual((entry['kind'], entry['id']), ('skipped', 'fuse-tail'))
        self.assertIn('slowfs is not built', entry['reason'])
        self.nothing_is_left()

    def test_a_seed_draws_what_this_machine_can_build(self):
        done = self.run_to_its_end('--seed', '97', '--family', 'nbd', '--family', 'object', '--family', 'memory',
                                   '--storages', '2', '--jobs', '1', MADE_UP_RATE='1500')
        kept = self.kept()
        lacking = [entry for entry in kept if entry['kind'] == 'skipped']  # slowfs is not in this build
        self.assertTrue(lacking)
        for entry in lacking:
            self.assertRegex(entry['id'], r'^s97-\d\d-(nbd|object)$')
            self.assertTrue(entry['reason'])
        pairs = [entry for entry in kept if entry['kind'] == 'au' and 'drawn' in entry]
        self.assertEqual(len({pair['config']['storage'] for pair in pairs}), 2)  # others took their place
        for pair in pairs:
            self.assertEqual((pair['drawn']['seed'], pair['drawn']['family']), (97, 'memory'))
            self.assertIn(pair['true']['cause'], ('client CPU', 'not limited', 'loader', 'not known'))
            self.assertTrue(pair['measured']['limit'])
            self.assertTrue(pair['measured']['verdict'])
            self.assertTrue(os.path.exists(os.path.join(self.place, 'out', 'probes', pair['probe'])))
        (time_taken,) = [entry for entry in kept if entry['kind'] == 'time']
        self.assertEqual(time_taken['storages'], 2)
        self.assertIn('| storages |', done.stdout)
        with open(os.path.join(self.place, 'out', 'accuracy.md'), encoding='utf-8') as file:
            self.assertIn('## Left out on this machine', file.read())
        self.nothing_is_left()

    def test_words_that_do_not_go_together_are_refused(self):
        for words, complaint in ((('--seed', '-1'), '--seed: expected a number from 0, found -1'),
                                 (('--family', 'memory'), '--family: expected --seed beside it, found none'),
                                 (('--seed', '1', '--jobs', '0'), '--jobs: expected a number from 1, found 0'),
                                 (('--seed', '1', '--only', 'disk'), '--only: expected no --seed beside it')):
            done = subprocess.run(self.words(*words), capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(complaint, done.stderr)

    def test_an_interruption_leaves_nothing_behind(self):
        run = subprocess.Popen(self.words('--only', 'memory'), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(run.kill)
        deadline = time.monotonic() + 60
        memory = os.path.join(self.place, 'memory')
        while not any('memory' in folders for _, folders, _ in os.walk(memory)) and time.monotonic() < deadline:
            time.sleep(0.01)
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(60), 128 + signal.SIGTERM)
        self.nothing_is_left()

    def test_an_impatient_interruption_takes_a_drawn_filesystem_down(self):
        if os.geteuid() != 0 or not os.path.exists('/dev/loop-control'):
            self.skipTest('mounting a filesystem needs root and loop devices')
        run = subprocess.Popen(self.words('--seed', '97', '--family', 'bandwidth', '--storages', '1'),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(run.kill)
        deadline = time.monotonic() + 60
        while not self.mounted() and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if run.poll() is not None:
            self.skipTest('no filesystem can be mounted here')
        run.send_signal(signal.SIGINT)
        time.sleep(0.02)
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(60), 128 + signal.SIGINT)
        self.assertFalse(self.mounted())
        self.nothing_is_left()

    def mounted(self):
        with open('/proc/mounts', encoding='utf-8') as file:
            return self.place in file.read()


if __name__ == '__main__':
    unittest.main()
