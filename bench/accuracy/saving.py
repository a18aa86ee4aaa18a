#!/usr/bin/env python3
"""Compares what aforo predicts of checkpoints with what runs measure, on storages and jobs that a seed draws.

  bench/accuracy/saving.py --dir DIR --memory-dir /dev/shm --seed N [--storages K] [--jobs M] [--out FOLDER]

Each pair is made in this order: a dataset is laid, `aforo probe --writes` looks at reading and writing, the step time, the
bytes of a checkpoint and how often one is written follow from the probe, `aforo predict` says AU and the pause, and only
then `aforo run --checkpoint-dir` measures both. Everything is laid in new directories below DIR and the memory
directory and removed at the end. Every pair is one line of FOLDER/pairs.jsonl; pairs that are there are not made again.
"""
import argparse
import datetime
import math
import os
import re
import shutil
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from accuracy import results, saving_draw, saving_report
from accuracy.cgroups import Unavailable
from accuracy.pairs import LEAST_STEP, Bench, Pace, keep_probe, need, nowhere, shown
from accuracy.run import ENDS, IDLE, REPOSITORY, take_down, versions, workplace
from accuracy.workloads import workload_file
from speed import machine
from speed.contest import say
from speed.measure import Failed

FIRST_BYTES = 48e6  # of a checkpoint, from whose prediction the drawn duration is reached
LEAST_BYTES = 4e6
LONGEST = 25  # s of a run
LONGEST_ONE = 10  # s of a checkpoint; what takes longer is left out, by what was predicted of it
QUICK = Pace(probe_seconds=8)
ROUNDS = 8  # candidates for a storage that is wanted


def checkpoint_block(saving, size, every, copy_rate):
    """size: bytes of a checkpoint; every: steps."""
    words = [f'parameters: {size / 14:.0f}', f'every_steps: {every}', f'files: {saving.files}',
             f'files_per_rank: {saving.files_per_rank if saving.files == "dcp" else 1}', f'chunk: {saving.chunk}',
             f'write: {saving.write}', f'mode: {saving.mode}', 'keep: 1']
    if saving.mode == 'async':
        words.append(f'copy_rate: {copy_rate:.0f} B')
    return f'checkpoint: {{{", ".join(words)}}}\n'


class SavingBench(Bench):
    """One dataset on one storage, probed with its writing, then asked for any number of pairs."""

    def probe(self, case):
        self._write(case, 0.01, 1)
        self.written = os.path.join(self.mounted.read, 'written')
        self.probe_words = ['probe', self.place, '--workload', self.workload, '--writes', self.written, '--budget',
                            f'{self.pace.probe_seconds}s', '-o', self.storage]
        begin = datetime.datetime.now(datetime.timezone.utc)
        try:
            record = self.aforo(self.probe_words, limit=4 * self.pace.probe_seconds + 120, groups=self.mounted.groups)
        finally:
            self._clear(self.written)
        self.probe_warnings = record.get('warnings', [])
        self.probe_took = (datetime.datetime.now(datetime.timezone.utc) - begin).total_seconds()
        with open(self.storage, encoding='utf-8') as file:
            self.kept = keep_probe(self.probes, f'{case.storage}-{case.data}-{case.read}', nowhere(file.read()))

    def saving_pair(self, case, saving, most, keep):
        """keep is given the prediction before anything is measured."""
        step_seconds, _, rate = self._choose(case)
        step_seconds = max(step_seconds, LEAST_STEP)
        size, every = self._size(case, saving, step_seconds, most)
        steps = saving_draw.COUNT * every
        predicted, predict = self._saving(['--steps', steps])
        measure = ['run', self.workload, self.place, '--checkpoint-dir', self.saved, '--steps', steps,
                   '--no-diagnose', '--quiet']
        now = datetime.datetime.now(datetime.timezone.utc)
        with open(self.workload, encoding='utf-8') as file:
            text = file.read()
        pair = {'id': f'{case.name}/{saving.name}', 'kind': 'saving', 'date': now.strftime('%Y-%m-%d %H:%M:%S UTC'),
                'config': {'storage': case.storage, 'read': case.read, 'accelerators': case.accelerators,
                           'mode': saving.mode, 'files': saving.files, 'write': saving.write, 'bytes': round(size),
                           'every_steps': every, 'steps': steps, 'step_seconds': step_seconds, 'ratio': case.ratio},
                'probe': self.kept, 'probe_seconds': round(self.probe_took, 1), 'probe_warnings': self.probe_warnings,
                'workload': text, 'predicted': predicted,
                'commands': [shown(words, self.directory) for words in (self.probe_words, predict, measure)]}
        keep({**pair, 'kind': 'predicted'})
        pair['measured'] = self._measure_saving(measure, steps)
        return pair

    def measure_again(self, pair):
        with open(self.workload, 'w', encoding='utf-8') as file:
            file.write(pair['workload'])
        steps = pair['config']['steps']
        pair['again'] = self._measure_saving(['run', self.workload, self.place, '--checkpoint-dir', self.saved,
                                              '--steps', steps, '--no-diagnose', '--quiet'], steps)

    @property
    def saved(self):
        return os.path.join(self.mounted.read, 'saved')

    @staticmethod
    def _clear(place):
        """Of what was written in directories that were made for this run."""
        shutil.rmtree(place, ignore_errors=True)

    def _size(self, case, saving, step_seconds, most):
        """Bytes of a checkpoint and steps between two, by what the probe says of the drawn durations."""
        def write(size, every, copy_rate):
            with open(self.workload, 'w', encoding='utf-8') as file:
                file.write(workload_file(case, self.samples, step_seconds, every)
                           + checkpoint_block(saving, size, every, copy_rate))
        write(FIRST_BYTES, 1000, FIRST_BYTES)
        predicted, _ = self._saving(['--steps', 50])
        seconds = predicted['checkpoints']['seconds']
        size = min(max(FIRST_BYTES * saving.pause / seconds, LEAST_BYTES), most)
        lasts = seconds * size / FIRST_BYTES
        apart = min(saving.apart * lasts, LONGEST / saving_draw.COUNT - lasts)
        a_step = step_seconds / max(predicted['checkpoints']['au_without'], 1e-3)
        every = max(3, math.ceil(apart / a_step))
        write(size, every, size / case.accelerators / saving.copy)
        predicted, _ = self._saving(['--steps', 50])
        if predicted['checkpoints']['seconds'] > LONGEST_ONE:  # so many files that their bytes do not matter
            raise Failed(f'its checkpoints would take {predicted["checkpoints"]["seconds"]:.0f} s each')
        return size, every

    def _saving(self, length):
        words = ['predict', self.workload, self.storage] + length
        record = self.aforo(words + ['--no-advice', '--quiet'], limit=180)
        return need(record, 'checkpoints', ('au', 'au_interval', 'samples_per_second', 'method', 'checkpoints')), words

    def _measure_saving(self, words, steps):
        """A measurement; made again while others disturb it, the least disturbed is kept."""
        def once():
            try:
                record = self.aforo(words, limit=20 * LONGEST, groups=self.mounted.groups)
            finally:
                self._clear(self.saved)
            found = need(record, 'checkpoints', ('au', 'wall_seconds', 'client_cpu_share', 'stalls', 'interval',
                                                 'warnings'))
            done = [one['done_seconds'] for one in record['checkpoints']]
            if len(done) != saving_draw.COUNT:
                raise Failed(f'expected {saving_draw.COUNT} checkpoints in {steps} steps, found {len(done)}')
            found['checkpoint_seconds'] = done
            return record, found
        return self._least_disturbed(once)


class Session:
    def __init__(self, options, out, context):
        self.options, self.path, self.context = options, os.path.join(out, 'pairs.jsonl'), context
        self.probes = os.path.join(out, 'probes')
        self.pace = QUICK if options.quick else Pace()
        self.failures = 0

    def keep(self, entry):
        results.add(self.path, {**entry, **self.context})

    def leave_out(self, kind, name, reason):
        say(f'saving: {name} {kind}: {reason}')
        self.keep({'id': name, 'kind': kind, 'reason': re.sub(r'/\S*/aforo(?=\s)', 'aforo', nowhere(str(reason))),
                   'date': datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S UTC')})
        self.failures += kind == 'failed'

    def all(self, places, binary):
        made = 0
        for index in range(self.options.storages * ROUNDS):
            if made == self.options.storages:
                return
            storage = saving_draw.candidate(self.options.seed, index, self.options.jobs)
            if storage and self.storage(storage, places, binary):
                made += 1
        say(f'saving: only {made} of {self.options.storages} storages could be built')

    def storage(self, storage, places, binary):
        """All its pairs; whether it could be built."""
        done = {name for name, entry in results.read(self.path).items() if entry['kind'] == 'saving'}
        left = [(case, saving) for case, saving in storage.jobs if f'{case.name}/{saving.name}' not in done]
        if not left:
            return True
        say(f'{storage.name}: {storage.drawn.what}')
        try:
            with storage.drawn.build(places) as mounted:
                bench = SavingBench(binary, places.directory, mounted, self.pace, self.probes)
                with bench.dataset(left[0][0]):
                    bench.probe(left[0][0])
                    for number, (case, saving) in enumerate(left):
                        self.pair(bench, storage, case, saving, number == 0)
        except Unavailable as reason:
            self.leave_out('skipped', storage.name, reason)
            return False
        except Failed as failure:
            self.leave_out('failed', storage.name, failure)
        return True

    def pair(self, bench, storage, case, saving, twice):
        try:
            pair = bench.saving_pair(case, saving, saving_draw.most_bytes(storage.drawn.family), self.keep)
            if twice:
                bench.measure_again(pair)
        except Failed as failure:
            self.leave_out('failed', f'{case.name}/{saving.name}', failure)
            return
        pair['drawn'] = {'seed': storage.drawn.seed, 'family': storage.drawn.family,
                         'parameters': storage.drawn.parameters}
        self.keep(pair)
        say(f'  {pair["id"]}: AU {100 * pair["predicted"]["au"]:.1f} predicted, {100 * pair["measured"]["au"]:.1f} '
            f'measured; a checkpoint {saving_report.predicted_seconds(pair):.3f} and '
            f'{saving_report.measured_seconds(pair):.3f} s')


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--dir', required=True, help='where files may be laid')
    parser.add_argument('--memory-dir', required=True, help='the same on a memory filesystem')
    parser.add_argument('--build', default=os.path.join(REPOSITORY, 'build', 'release'), help='the release build')
    parser.add_argument('--seed', type=int, required=True, metavar='N', help='draw storages and jobs by this seed')
    parser.add_argument('--storages', type=int, default=13, metavar='K', help='so many storages [13]')
    parser.add_argument('--jobs', type=int, default=4, metavar='M', help='so many jobs on each [4]')
    parser.add_argument('--quick', action='store_true', help='short probes: does it work?')
    parser.add_argument('--anyway', action='store_true', help='measure although the machine is not idle')
    parser.add_argument('--out', help='folder for the results [bench/accuracy/runs/DATE-checkpoints-N]')
    parser.add_argument('--report', help='the page to render [docs/accuracy-checkpoints.md; with --quick none]')
    return parser.parse_args()


def main():
    options = parse()
    load = machine.load_average()
    if load > IDLE and not options.anyway:
        sys.exit(f'saving: expected an idle machine, found a load average of {load:.2f}: wait, or say --anyway')
    binary = os.path.join(os.path.abspath(options.build), 'aforo')
    if not os.access(binary, os.X_OK):
        sys.exit(f'saving: expected {binary}, found nothing to run: build it first (make accuracy-checkpoints)')
    for end in ENDS:
        signal.signal(end, take_down)
    with workplace(options) as places:
        out = options.out or os.path.join(REPOSITORY, 'bench', 'accuracy', 'runs',
                                          f'{datetime.date.today().isoformat()}-checkpoints-{options.seed}')
        described = machine.describe(places.directory, places.memory)
        session = Session(options, out, {'machine': described, 'versions': versions(binary)})
        session.all(places, binary)
        page = saving_report.render(out)
        target = options.report or (None if options.quick else os.path.join(REPOSITORY, 'docs',
                                                                           'accuracy-checkpoints.md'))
        if target:
            with open(target, 'w', encoding='utf-8') as file:
                file.write(page)
        print(page.split('## Every pair')[0], flush=True)
    sys.exit(2 if session.failures else 0)


if __name__ == '__main__':
    main()
