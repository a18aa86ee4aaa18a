"""Checkpoints drawn at random beside the storages and jobs of draw.py: what writing takes on such a storage, and what its
jobs write. The same seed as there draws another sequence here."""
from dataclasses import dataclass, replace

from . import draw, truth
from .cases import Case
from .chance import Chance, Choice, Range
from .families import FAMILIES, device, memory, slow

ACCELERATORS = Choice((1, 2, 4, 4, 6, 8))
WORKERS, PREFETCH = Choice((1, 2, 4)), Choice((2, 2, 4))
STEP = Range(5e-3, 60e-3)  # s
ASKED = Range(0.5, 1.6)  # over what the storage is predicted to give
MODES = Choice(('sync', 'async'))
# Files of these layouts have several writers, or one (torch).
FILES = Choice(('dcp', 'dcp', 'dlio-v3', 'safetensors', 'dcp-tensors', 'torch'))
FILES_PER_RANK = Choice((1, 1, 2, 4))
CHUNK = Choice(('1 MiB', '8 MiB', '32 MiB'))
WRITE = Choice(('buffered', 'direct'))
PAUSE = Range(0.3, 1.5)  # s that a checkpoint is predicted to take
APART = Range(1, 5)  # of training between two of them, over that
COPY = Range(0.02, 0.3)  # s that the copy of an asynchronous one takes
COUNT = 5  # checkpoints of a run
TRIES = 1000

# ms; of slowfs. A write request is 1 MiB at most.
SLOW_WRITES = {'write': Range(2, 40), 'write_law': Choice(('constant', 'exponential', 'lognormal')),
               'create': Range(0.3, 15), 'sync': Range(0.3, 30)}
DEVICE_WRITES = {'write_bandwidth': Range(40e6, 250e6)}  # B/s, of direct writes: control groups see no others


@dataclass(frozen=True)
class Saving:
    """What a job writes, but for how much and how often: that follows from the probe."""
    mode: str
    files: str
    files_per_rank: int
    chunk: str
    write: str
    pause: float
    apart: float
    copy: float

    @property
    def name(self):
        many = f'{self.files_per_rank}x' if self.files == 'dcp' else ''
        return f'{self.mode}-{many}{self.files}-{self.write}-{self.pause:g}s-x{self.apart:g}'


@dataclass(frozen=True)
class Storage:
    drawn: draw.Storage
    dataset: draw.Dataset
    jobs: tuple  # of (Case, Saving)

    @property
    def name(self):
        return self.drawn.name


def writes_of(family, chance):
    ranges = {slow: SLOW_WRITES, device: DEVICE_WRITES}.get(FAMILIES[family].build, {})
    drawn = {key: possible.draw(chance) for key, possible in ranges.items()}
    if drawn.get('write_law') == 'lognormal':
        drawn['cv'] = Range(0.2, 1.5).draw(chance)
    return drawn


def candidate(seed, index, jobs):
    """Storage `index` of `seed` with so many jobs; None where its data cannot be read again and again, as a run with
    several checkpoints does, or where readers are what the storage was drawn for (a page cache)."""
    storage = draw.candidate(seed, index, 1)
    dataset = storage.datasets[0]
    if not draw.reads_again(storage.family, dataset.read):
        return None
    chance = Chance('saving', seed, index)
    written = writes_of(storage.family, chance)
    if 'cv' in storage.parameters:
        written.pop('cv', None)
    drawn = replace(storage, parameters={**storage.parameters, **written})
    made = {}
    for _ in range(TRIES):
        if len(made) == jobs:
            break
        case, saving = _job(chance, storage, dataset)
        if draw.fits(case, storage.family, storage.parameters, dataset.data, dataset.samples):
            made.setdefault((case.name, saving.name), (case, saving))
    return Storage(drawn, dataset, tuple(made.values())) if len(made) == jobs else None


def _job(chance, storage, dataset):
    ratio = ASKED.draw(chance)
    shape = {'accelerators': ACCELERATORS.draw(chance), 'workers': WORKERS.draw(chance),
             'prefetch': PREFETCH.draw(chance)}
    step = STEP.draw(chance)
    case = Case(storage.name, dataset.name, dataset.read, batch=1, ratio=ratio, synchronous=True,
                     dataset=dataset.data, **shape)
    family = FAMILIES[storage.family]
    rate = min(truth.gives(family, storage.parameters, dataset.data, case, dataset.samples).values())
    case = replace(case, batch=max(1, round(step * ratio * rate / case.accelerators)))
    saving = Saving(MODES.draw(chance), FILES.draw(chance), FILES_PER_RANK.draw(chance), CHUNK.draw(chance),
                    WRITE.draw(chance), PAUSE.draw(chance), APART.draw(chance), COPY.draw(chance))
    return case, saving


def most_bytes(family):
    """Of one checkpoint; two lie there at times."""
    kind = FAMILIES[family]
    return 150e6 if kind.build is memory or 'compressed' in kind.ranges else 300e6
