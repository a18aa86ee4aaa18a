"""Storages and jobs drawn at random: a seed decides them, and nothing that was seen of a model's misses does.

candidate(seed, 0), candidate(seed, 1), ... are storages of one family after another, in an order that is drawn anew for
every round of all families; a run takes the first of them that this machine can build, so many as are wanted.
"""
from dataclasses import dataclass, replace

from . import truth
from .cases import Case
from .chance import Chance, Choice, Range
from .families import FAMILIES, FILES, MB, WRITING, memory, slow
from .workloads import Data

RUN_SECONDS = 8  # about as long as a job is meant to run
LEAST_STEPS = 12
PASS_SECONDS = 2.5  # of one of several epochs through a page cache
LEAST_BYTES = 100 * MB
LEAST_SAMPLES, MOST_SAMPLES, MOST_FILES = 200, 400_000, 80_000  # fast storage is through with fewer in no time
MOST_READERS = 128  # accelerators x workers
MOST_REQUESTS = 6000  # 1/s; more would measure the slow filesystem's own CPU time
LEAST_RATE = 5  # samples/s
LEAST_STEP = 0.5e-3  # s
TRIES = 1000
JOBS_PER_DATASET = 4
MAXIMUM_EVERY = 2  # storages, where reading again is no reading from memory
TWICE_EVERY = 5

FILE_BYTES, PACKED_BYTES = Range(8e3, 4e6, True), Range(8e3, 500e3, True)
SHARD_BYTES = Range(2e6, 20e6)
SPREAD = Range(0.2, 1.2)  # coefficient of variation of sizes
SPREAD_SHARE = 0.6  # of the datasets
CONTENTS = Choice(('raw', 'raw', 'raw', 'npz', 'jpeg'))
FRAMEWORKS = {'tfrecord': Choice(('tensorflow', 'tensorflow', 'pytorch'))}
STEP = Range(2e-3, 100e-3)  # s
ACCELERATORS = Choice((1, 1, 2, 2, 3, 4, 4, 6, 8, 12, 16))
WORKERS = Choice((1, 2, 2, 3, 4, 4, 6, 8))
PREFETCH = Choice((1, 2, 2, 2, 3, 4))
BARRIER_SHARE = 0.7
KNEE, FAR = Range(0.9, 1.6), Range(0.7, 3)  # asked, over what the storage is predicted to give
KNEE_SHARE = 0.65


@dataclass(frozen=True)
class Dataset:
    name: str
    data: Data
    read: str
    samples: int
    cases: tuple = ()

    @property
    def bytes(self):
        return self.samples * self.data.mean_bytes


@dataclass(frozen=True)
class Storage:
    seed: int
    index: int
    family: str
    parameters: dict
    datasets: tuple

    @property
    def name(self):
        return name_of(self.seed, self.index, self.family)

    @property
    def what(self):
        words = ', '.join(f'{key.replace("_", " ")} {_said(key, value)}' for key, value in self.parameters.items()
                          if key != 'slowfs_seed')
        return FAMILIES[self.family].what + (f': {words}' if words else '')

    def build(self, places):
        return FAMILIES[self.family].build(places, self.parameters, max(dataset.bytes for dataset in self.datasets))


def _said(key, value):
    if key.endswith('bandwidth'):
        return f'{value / MB:g} MB/s'
    return f'{value} ms' if key in ('open', 'read', *WRITING) else str(value)


def name_of(seed, index, family):
    return f's{seed}-{index:02d}-{family}'


def rounds(storages, families):
    """So many candidates are looked at for that many storages: enough where three families in four are lacking."""
    return len(FAMILIES) * (1 + 4 * storages // families)


def candidate(seed, index, jobs):
    """Storage `index` of `seed`, with so many jobs: the same for the same three numbers."""
    names = list(FAMILIES)
    order = Chance('order', seed, index // len(names)).order(names)
    family = order[index % len(names)]
    chance = Chance('storage', seed, index)
    for _ in range(TRIES):
        parameters = {key: possible.draw(chance) for key, possible in FAMILIES[family].ranges.items()}
        datasets = _datasets(chance, seed, index, family, parameters, jobs)
        if datasets:
            return Storage(seed, index, family, parameters, datasets)
    raise ValueError(f'expected a {family} of seed {seed} that jobs fit on, found none in {TRIES} draws')


def _datasets(chance, seed, index, family, parameters, jobs):
    """The datasets with their cases; none where a draw asks for more than is stated above."""
    made, left, name = [], jobs, name_of(seed, index, family)
    while left > 0:
        count = min(JOBS_PER_DATASET, left)
        dataset = _dataset(chance, family, parameters, 'abcdefgh'[len(made) % 8])
        if dataset is None:
            return ()
        first = (index * jobs + jobs - left) % TWICE_EVERY
        cases = _cases(chance, name, family, parameters, dataset, count, first)
        if len(cases) < count:
            return ()
        if not made and index % MAXIMUM_EVERY == 0 and reads_again(family, dataset.read):
            cases += _maximum(chance, name, family, parameters, dataset)
        made.append(replace(dataset, cases=tuple(cases)))
        left -= count
    return tuple(made)


def reads_again(family, read):
    """Whether a sample that was read comes from the storage again."""
    return FAMILIES[family].build in (slow, memory) or read == 'direct'


def _dataset(chance, family, parameters, letter):
    kind = FAMILIES[family]
    layout = Choice(kind.layouts).draw(chance)
    files = layout == FILES
    mean = (FILE_BYTES if files else PACKED_BYTES).draw(chance)
    per_file = 1 if files else max(2, round(SHARD_BYTES.draw(chance) / mean))
    content = CONTENTS.draw(chance) if files and 'compressed' not in parameters else 'raw' if files else ''
    framework = FRAMEWORKS.get(layout, Choice(('pytorch',))).draw(chance)
    size = f'{mean} B'
    spread = SPREAD.draw(chance)
    if chance.happens(SPREAD_SHARE) and layout not in ('npy', 'records'):  # those hold samples of one size
        size = f'{{mean: {mean} B, stddev: {round(spread * mean)} B, distribution: lognormal}}'
    read = Choice(kind.reads).draw(chance)
    shuffle = 'none' if layout in truth.FRONT_TO_BACK else 'epoch'
    data = Data(layout, content, size, mean, framework, shuffle, per_file)
    rate = min(truth.storage_gives(kind, parameters, data).values())
    _, reads = truth.requests_of(data)
    if rate < LEAST_RATE or (kind.build is slow and rate * (1 + reads) > MOST_REQUESTS):
        return None
    seconds = PASS_SECONDS if 'cached' in parameters else RUN_SECONDS
    wanted = min(max(seconds * rate * mean, LEAST_BYTES), kind.most_bytes)
    samples = min(int(wanted / mean), MOST_FILES if files else MOST_SAMPLES) // per_file * per_file
    if samples < LEAST_SAMPLES:
        return None
    data = Data(layout, content, size, mean, framework, shuffle, per_file, most_samples=samples)
    size = f'{mean / 1e6:.3g}m' if mean >= 1e6 else f'{mean / 1e3:.3g}k'
    return Dataset(f'{letter}-{layout}-{size}', data, read, samples)


def fits(case, family, parameters, data, samples):
    """Whether a job asks for no more than is stated above."""
    together = case.accelerators * case.batch
    rate = min(truth.gives(FAMILIES[family], parameters, data, case, samples).values())
    passes = LEAST_STEPS if not reads_again(family, case.read) else 2
    return (case.accelerators * case.workers <= MOST_READERS and passes * together <= samples
            and LEAST_STEPS * together <= RUN_SECONDS * rate
            and case.accelerators <= samples // data.samples_per_file
            and together / (max(1, case.ratio) * rate) >= LEAST_STEP)


def _job(chance, storage, family, parameters, dataset, ratio, **fixed):
    """A drawn job, or None where it does not fit."""
    data, samples = dataset.data, dataset.samples
    shape = {'accelerators': ACCELERATORS.draw(chance), 'workers': WORKERS.draw(chance),
             'prefetch': PREFETCH.draw(chance), 'synchronous': chance.happens(BARRIER_SHARE)}
    epochs = Choice(FAMILIES[family].epochs).draw(chance)
    if 'cached' not in parameters and not reads_again(family, dataset.read):
        epochs = 1  # a second one would come from the page cache
    step = STEP.draw(chance)
    shape.update(fixed)
    case = Case(storage, dataset.name, dataset.read, batch=1, ratio=ratio, epochs=epochs if not fixed else 1,
                dataset=data, **shape)
    rate = min(truth.gives(FAMILIES[family], parameters, data, case, samples).values())
    batch = max(1, round(step * ratio * rate / case.accelerators))
    case = replace(case, batch=batch)
    return case if fits(case, family, parameters, data, samples) else None


def _cases(chance, storage, family, parameters, dataset, count, first):
    found = {}
    for _ in range(TRIES):
        if len(found) == count:
            break
        ratio = (KNEE if chance.happens(KNEE_SHARE) else FAR).draw(chance)
        case = _job(chance, storage, family, parameters, dataset, ratio)
        if case:
            twice = (first + len(found)) % TWICE_EVERY == 0
            found.setdefault(case.name, replace(case, twice=twice))
    return list(found.values())


def _maximum(chance, storage, family, parameters, dataset):
    for _ in range(TRIES):
        case = _job(chance, storage, family, parameters, dataset, 1.0, accelerators=Choice((3, 4, 5, 6, 8)).draw(chance),
                    find_max=True)
        if case:
            return [case]
    return []
