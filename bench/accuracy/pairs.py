"""How a pair is made: probe, step time chosen from the probe, prediction, and only then the measurement."""
import contextlib
import datetime
import math
import os
import re
from dataclasses import dataclass

from speed.measure import Failed

from .program import Aforo, call, inside
from .workloads import workload_file

DISTURBED = 0.15  # others' share of the machine's CPU from which a measurement is made again
TRIES = 3
LEAST_STEP = 300e-6  # s; no accelerator computes shorter ones, and emulating them would measure this machine


@dataclass
class Pace:
    probe_seconds: int = 20
    run_seconds: float = 5
    least_steps: int = 12
    dataset_share: float = 1  # of the size that a storage asks for


def shown(argv, directory):
    """The words as anybody may type them: `directory`, which was made for this run, is $DIR."""
    return nowhere(' '.join(['aforo'] + [str(a) for a in argv]).replace(directory, '$DIR'))


def nowhere(text):
    """text without the places that were made for this run."""
    return re.sub(r'/\S*/aforo-accuracy-\w+', '$DIR', text)


def forget(folder):
    """Takes the files below folder out of the page cache."""
    os.sync()  # only pages that are written can go
    for place, _, names in os.walk(folder):
        for name in names:
            fd = os.open(os.path.join(place, name), os.O_RDONLY)
            try:
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(fd)


def steps_for(case, samples, rate, step_seconds, pace, mounted):
    """Steps of an epoch, so that the job takes about run_seconds at `rate` samples/s; where a sample read again would
    come from the page cache, no more than one pass over the dataset."""
    together = case.accelerators * case.batch
    steps = math.ceil(pace.run_seconds / case.epochs / max(step_seconds, together / rate))
    steps = max(pace.least_steps, steps)
    if mounted.cached and case.read == 'buffered':
        steps = samples // together if case.epochs > 1 else min(steps, samples // together)
    return max(1, steps)


def keep_probe(folder, stem, text):
    """Writes text to a new file of folder; its name. What an earlier probe of the same dataset found stays: pairs
    were predicted from it."""
    os.makedirs(folder, exist_ok=True)
    number = 1
    while True:
        name = f'{stem}.yaml' if number == 1 else f'{stem}-{number}.yaml'
        try:
            with open(os.path.join(folder, name), 'x', encoding='utf-8') as file:
                file.write(text)
            return name
        except FileExistsError:
            number += 1


def need(record, key, keys):
    """Of a Record those of `keys` that it has; `key` it must have."""
    if key not in record:
        raise Failed(f'expected {key} in the Record of aforo {record.get("command", "")}, found none')
    return {name: record[name] for name in keys if name in record}


class Bench:
    """One dataset on one storage: laid, probed, then asked for any number of pairs. Use as a context."""

    def __init__(self, binary, directory, mounted, pace, probes, diagnose=False):
        self.aforo = Aforo(binary, directory)
        self.directory, self.mounted, self.pace = directory, mounted, pace
        self.probes = probes  # the folder where storage files are kept
        self.diagnose = diagnose  # whether measurements end with the runs that tell what the limit is
        self.workload = os.path.join(directory, 'job.yaml')
        self.storage = os.path.join(directory, 'storage.yaml')

    @contextlib.contextmanager
    def dataset(self, case):
        """Lays the dataset of `case` and probes it as that case reads; removes it at the end."""
        self.samples = case.laid.samples(int(self.mounted.dataset_bytes * self.pace.dataset_share))
        laid = os.path.join(self.mounted.lay, case.data)
        self.place = os.path.join(self.mounted.read, case.data)
        self._write(case, 0.01, 1)
        try:
            self.aforo(['generate', self.workload, laid, '--quiet'], limit=600)
            if self.mounted.settle:
                self.mounted.settle(laid)
            forget(laid)
            yield self
        finally:
            if os.path.exists(laid):
                call([self.aforo.binary, 'generate', '--delete', laid, '--quiet'], limit=120)

    def probe(self, case):
        self._write(case, 0.01, 1)
        self.probe_words = ['probe', self.place, '--workload', self.workload, '--budget',
                            f'{self.pace.probe_seconds}s', '-o', self.storage]
        self._fill_cache()
        begin = datetime.datetime.now(datetime.timezone.utc)
        self.aforo(self.probe_words, limit=3 * self.pace.probe_seconds + 60, groups=self.mounted.groups)
        self.probe_took = (datetime.datetime.now(datetime.timezone.utc) - begin).total_seconds()
        with open(self.storage, encoding='utf-8') as file:
            self.kept = keep_probe(self.probes, f'{case.storage}-{case.data}-{case.read}', nowhere(file.read()))

    def pair(self, case, keep):
        """The pair of `case`. keep is given the prediction before anything is measured."""
        step_seconds, steps, rate = self._choose(case)
        self._write(case, step_seconds, steps)
        length = ['--find-max'] if case.find_max else ['--steps', steps]
        predicted, predict = self._predict(length)
        measure = self._run(length, self.diagnose and not case.find_max)
        pair = self._head(case, step_seconds, steps, rate)
        pair.update(predicted=predicted, commands=[shown(words, self.directory)
                                                  for words in (self.probe_words, predict, measure)])
        with open(self.workload, encoding='utf-8') as file:
            pair['workload'] = file.read()
        keep({**pair, 'kind': 'predicted'})
        if case.find_max:
            pair['measured'] = self._maximum(measure)
        else:
            pair['measured'] = self._measure(measure)
        return pair

    def again(self, pair):
        """Measures a pair's job once more: after the others of its dataset, so that what the storage's own change
        between a probe and a run is worth is in the noise floor."""
        with open(self.workload, 'w', encoding='utf-8') as file:
            file.write(pair['workload'])
        steps = pair['config']['steps']
        pair['again'] = self._measure(self._run(['--steps', steps], diagnose=False))

    def _run(self, length, diagnose):
        return ['run', self.workload, self.place, *length, *([] if diagnose else ['--no-diagnose']), '--quiet']

    def _write(self, case, step_seconds, steps):
        with open(self.workload, 'w', encoding='utf-8') as file:
            file.write(workload_file(case, self.samples, step_seconds, steps))

    def _choose(self, case):
        """Step time and steps by the probe alone: what is predicted for accelerators that compute nothing."""
        together = case.accelerators * case.batch
        steps = max(self.pace.least_steps, min(200, self.samples // together))
        self._write(case, 1e-6, steps)
        predicted, _ = self._predict(['--steps', steps])
        rate = predicted['samples_per_second']
        step_seconds = max(together / (case.ratio * rate), LEAST_STEP)
        return step_seconds, steps_for(case, self.samples, rate, step_seconds, self.pace, self.mounted), rate

    def _predict(self, length):
        words = ['predict', self.workload, self.storage] + length
        record = self.aforo(words + ['--no-advice', '--quiet'], limit=180)
        keys = ('au', 'au_interval', 'au_interval_50', 'samples_per_second', 'method', 'max_accelerators',
                'max_accelerators_interval')
        return need(record, 'max_accelerators' if '--find-max' in length else 'au', keys), words

    def _fill_cache(self):
        """A probe and a job meet the same full cache."""
        if self.mounted.filler:
            read = ['dd', f'if={self.mounted.filler}', 'of=/dev/null', 'bs=1M']
            call(inside(self.mounted.groups, read), limit=60)

    def _measure(self, words):
        """A measurement; made again while others disturb it, the least disturbed is kept."""
        def before():
            if self.mounted.cached:
                forget(self.place)
            self._fill_cache()

        def once():
            record = self.aforo(words, limit=20 * self.pace.run_seconds + 60, groups=self.mounted.groups)
            found = need(record, 'au', ('au', 'samples_per_second', 'wall_seconds', 'steps', 'client_cpu_share',
                                        'cache_share', 'requests_in_flight', 'warnings'))
            found['limit'] = record.get('verdict', {}).get('limit', '')
            if '--no-diagnose' not in words:
                found['verdict'] = record.get('verdict', {}).get('text', '')
            return record, found
        return self._least_disturbed(once, before)

    def _least_disturbed(self, once, before=lambda: None):
        """What `once` found, of some tries; it gives the Record and what is kept of it."""
        best = None
        for _ in range(TRIES):
            before()
            server = self.mounted.server_cpu_seconds()
            record, found = once()
            serving = (self.mounted.server_cpu_seconds() - server) / record['wall_seconds'] / os.cpu_count()
            found['others_cpu_share'] = max(0.0, record.get('other_cpu_share', 0) - serving)
            if best is None or found['others_cpu_share'] < best['others_cpu_share']:
                best = found
            if best['others_cpu_share'] <= DISTURBED:
                break
        return best

    def _maximum(self, words):
        record = self.aforo(words, limit=300, groups=self.mounted.groups)
        return need(record, 'max_accelerators', ('max_accelerators', 'max_accelerators_interval', 'au',
                                                 'samples_per_second', 'warnings'))

    def _head(self, case, step_seconds, steps, rate):
        now = datetime.datetime.now(datetime.timezone.utc)
        return {'id': case.name, 'kind': 'max' if case.find_max else 'au',
                'date': now.strftime('%Y-%m-%d %H:%M:%S UTC'),
                'config': {'storage': case.storage, 'data': case.data, 'read': case.read,
                           'accelerators': case.accelerators, 'workers': case.workers, 'prefetch': case.prefetch,
                           'batch': case.batch, 'synchronous': case.synchronous, 'ratio': case.ratio,
                           'epochs': case.epochs, 'samples': self.samples, 'step_seconds': step_seconds,
                           'steps': steps},
                'probe': self.kept, 'probe_seconds': round(self.probe_took, 1), 'predicted_rate_without_compute': rate}
