"""Which pairs are made: a table of storages and datasets, each with jobs of several shapes on both sides of the knee.

A case names what is asked, as `ratio`: the samples per second that the accelerators could use, over those that the
storage is predicted to give without any compute. Below 1 storage keeps up, above 1 it does not (AU about 1/ratio).
"""
from dataclasses import dataclass

from .workloads import DATA, Data


@dataclass(frozen=True)
class Case:
    storage: str
    data: str
    read: str  # buffered, direct
    accelerators: int
    workers: int  # per accelerator
    prefetch: int
    batch: int
    synchronous: bool
    ratio: float
    epochs: int = 1
    twice: bool = False  # measured twice: the noise floor
    find_max: bool = False  # the largest number of accelerators; `accelerators` is about what is expected
    dataset: Data = None  # of a drawn case; else `data` names it

    @property
    def laid(self):
        """What its dataset is made of."""
        return self.dataset or DATA[self.data]

    @property
    def name(self):
        return (f'{self.storage}/{self.data}/{self.read}/n{self.accelerators}-w{self.workers}-p{self.prefetch}'
                f'-b{self.batch}-{"barrier" if self.synchronous else "free"}-r{self.ratio:g}'
                + (f'-e{self.epochs}' if self.epochs > 1 else '') + ('-max' if self.find_max else ''))


# Mostly where AU lies between 30 and 99 %: far below 1 any prediction is right.
RATIOS = (1.25, 1.1, 2, 0.95, 1.4, 1.6, 3, 1.15, 1.8, 1.3, 2.5, 1.5, 1.2)
PER_ROW = 4
MEMORY_BATCH = 16  # x: else a step is so short that emulating accelerators is what takes this machine's CPU
TWICE_EVERY = 5
B, F = True, False  # with barrier, free

# (accelerators, workers, prefetch, batch, barrier)
SHAPES = {
    'files-20k': [(1, 8, 2, 64, B), (2, 4, 2, 32, B), (4, 2, 2, 32, B), (4, 4, 1, 16, F), (8, 1, 2, 16, B),
                  (8, 2, 4, 16, F), (16, 1, 2, 8, B), (1, 2, 4, 64, F), (2, 8, 1, 32, B)],
    'files-114k': [(1, 8, 2, 32, B), (2, 4, 2, 32, B), (4, 2, 2, 16, B), (4, 4, 1, 16, F), (8, 1, 2, 8, B),
                   (8, 2, 4, 8, F), (16, 1, 2, 8, B), (1, 2, 4, 32, F), (2, 8, 1, 16, B), (16, 2, 1, 4, B)],
    'files-2.8m': [(1, 4, 2, 4, B), (2, 2, 2, 4, B), (4, 2, 1, 2, B), (4, 1, 4, 2, F), (8, 1, 2, 2, B),
                   (2, 8, 2, 2, F), (1, 8, 1, 4, B), (8, 2, 2, 1, B)],
    'batch-1': [(1, 8, 2, 1, B), (2, 4, 4, 1, B), (4, 4, 2, 1, B), (8, 2, 2, 1, B), (4, 2, 1, 1, F),
                (16, 1, 4, 1, B), (1, 2, 2, 1, B)],
    'tfrecord': [(1, 8, 2, 32, B), (2, 4, 2, 32, B), (4, 2, 2, 16, B), (4, 4, 1, 16, F), (8, 1, 2, 8, B),
                 (1, 2, 4, 32, F), (2, 8, 1, 16, B)],
    'unet3d': [(1, 4, 2, 2, B), (2, 2, 2, 1, B), (4, 1, 2, 1, B), (2, 4, 1, 1, F), (1, 8, 2, 1, B), (4, 2, 2, 1, F)],
}

# storage, dataset, read mode[, epochs]
ROWS = [
    ('disk', 'files-20k', 'direct'), ('disk', 'files-114k', 'direct'), ('disk', 'files-2.8m', 'direct'),
    ('disk', 'tfrecord', 'direct'), ('disk', 'unet3d', 'direct'), ('disk', 'batch-1', 'direct'),
    ('disk-full-cache', 'files-20k', 'buffered'), ('disk-full-cache', 'files-114k', 'buffered'),
    ('disk-full-cache', 'files-2.8m', 'buffered'), ('disk-full-cache', 'tfrecord', 'buffered'),
    ('disk-full-cache', 'unet3d', 'buffered'),
    ('ext4-bandwidth-v1', 'files-114k', 'direct'), ('ext4-bandwidth-v1', 'files-2.8m', 'buffered'),
    ('ext4-bandwidth-v1', 'unet3d', 'direct'), ('ext4-bandwidth-v1', 'tfrecord', 'buffered'),
    ('xfs-bandwidth-v1', 'files-114k', 'buffered'), ('xfs-bandwidth-v1', 'tfrecord', 'direct'),
    ('ext4-requests-v1', 'files-20k', 'direct'), ('ext4-requests-v1', 'files-114k', 'buffered'),
    ('xfs-requests-v1', 'files-20k', 'direct'), ('xfs-requests-v1', 'batch-1', 'direct'),
    ('ext4-bandwidth-v2', 'files-114k', 'direct'), ('xfs-bandwidth-v2', 'tfrecord', 'buffered'),
    ('ext4-requests-v2', 'files-20k', 'direct'), ('xfs-requests-v2', 'files-114k', 'buffered'),
    ('fuse-constant', 'files-20k', 'direct'), ('fuse-constant', 'files-114k', 'direct'),
    ('fuse-constant', 'batch-1', 'direct'),
    ('fuse-exponential', 'files-114k', 'direct'), ('fuse-exponential', 'tfrecord', 'direct'),
    ('fuse-lognormal', 'files-114k', 'direct'), ('fuse-lognormal', 'unet3d', 'direct'),
    ('fuse-lognormal', 'batch-1', 'direct'),
    ('fuse-tail', 'files-20k', 'direct'), ('fuse-tail', 'files-114k', 'direct'),
    ('fuse-narrow', 'files-114k', 'direct'), ('fuse-narrow', 'files-2.8m', 'direct'),
    ('fuse-bandwidth', 'files-114k', 'direct'), ('fuse-bandwidth', 'tfrecord', 'direct'),
    ('fuse-bandwidth', 'unet3d', 'direct'),
    ('memory', 'files-114k', 'buffered'), ('memory', 'tfrecord', 'buffered'), ('memory', 'batch-1', 'buffered'),
    ('page-cache', 'files-114k', 'buffered', 3), ('page-cache', 'files-2.8m', 'buffered', 3),
    ('ext4-bandwidth-v2', 'unet3d', 'direct'), ('xfs-bandwidth-v2', 'files-114k', 'buffered'),
    ('xfs-requests-v2', 'batch-1', 'direct'), ('ext4-bandwidth-v2', 'tfrecord', 'direct'),
    ('xfs-bandwidth-v2', 'files-2.8m', 'buffered'), ('ext4-requests-v2', 'files-114k', 'buffered'),
]

# storage, dataset, read mode, (accelerators, workers, prefetch, batch, barrier)
MAXIMA = [
    ('disk', 'files-114k', 'direct', (6, 4, 2, 16, B)), ('disk', 'unet3d', 'direct', (4, 4, 2, 1, B)),
    ('disk', 'tfrecord', 'direct', (5, 4, 2, 16, B)),
    ('ext4-bandwidth-v1', 'files-114k', 'direct', (8, 4, 2, 8, B)),
    ('xfs-requests-v1', 'files-20k', 'direct', (5, 4, 2, 16, B)),
    ('fuse-constant', 'files-114k', 'direct', (6, 4, 2, 8, B)),
    ('fuse-exponential', 'files-114k', 'direct', (10, 4, 2, 8, B)),
    ('fuse-lognormal', 'files-114k', 'direct', (6, 4, 2, 8, F)),
    ('fuse-tail', 'files-114k', 'direct', (8, 4, 2, 8, B)),
    ('fuse-bandwidth', 'files-114k', 'direct', (12, 2, 2, 8, B)),
]


def _row(index, storage, data, read, epochs=1):
    """Shapes and ratios turn from row to row, so that all of them meet."""
    shapes = SHAPES[data]
    for i in range(PER_ROW):
        number = index * PER_ROW + i
        accelerators, workers, prefetch, batch, synchronous = shapes[(index * 3 + i) % len(shapes)]
        if storage == 'memory' and batch > 1:
            batch *= MEMORY_BATCH
        yield Case(storage, data, read, accelerators, workers, prefetch, batch, synchronous,
                   RATIOS[number % len(RATIOS)], epochs, twice=i == index % TWICE_EVERY)


def table():
    """All pairs of AU, in order of storage and dataset."""
    return [case for index, row in enumerate(ROWS) for case in _row(index, *row)]


def maxima():
    """The pairs of the largest number of accelerators."""
    return [Case(storage, data, read, *shape, ratio=1, find_max=True) for storage, data, read, shape in MAXIMA]
