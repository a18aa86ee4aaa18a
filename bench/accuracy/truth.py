"""What limits a job by construction: what a drawn storage can give, and what the job's readers can take from it.

All in samples per second on the average, from the drawn parameters alone; nothing here looks at a probe or a prediction.
"""
import math
import os
from dataclasses import dataclass

MiB, KiB = 1 << 20, 1 << 10
FRONT_TO_BACK = ('tfrecord', 'webdataset')
STREAM_REQUEST = 256 * KiB  # of a reader that goes through a shard
FILE_REQUEST = MiB  # a larger file is read in so many at a time, one after the other
AHEAD = 2560 * KiB  # of a shard, what a kernel reads ahead from a loop device before a reader has its first sample
BELOW = (0.3e-3, 1e9)  # s a request and B/s: what a reader meets at least of the disk below a limited device
TARGET = 0.9  # of AU
TIE = 0.15  # causes this near to the smallest are as true as it
STREAM_TIE = 0.5  # where readers hand over in turn, how many of them work at a time is not known by construction
ENOUGH = 0.95  # what is called enough on the average gives this much more than the target needs
BLOCK = 4 * KiB  # past the page cache bytes are read in whole blocks: of a sample anywhere in a file, one more
FROM_THE_MIDDLE = ('records', 'npy')
ESTIMATED = {'loader', 'client CPU'}  # causes that the drawn parameters do not decide: about what this machine does
OPEN_ONLY, OPEN_TOO = 0.6, 0.4  # share of open in a sample's time, from which only, or also, opening is the limit
EPOCH_START = 0.05  # share of the first batches from which they are a limit of their own

CORES_FULL = 0.9  # share of the cores' time, from which the client's CPU is the limit of what computes
NOT_KNOWN = 'not known'  # of storage that computes and leaves cores idle: what it waits for is in no drawn parameter

CAUSES = ('bandwidth', 'requests', 'servers', 'loader', 'client CPU', 'spread', 'not limited')
# The verdicts that are right for a cause.
RIGHT = {'bandwidth': {'storage bandwidth'}, 'requests': {'storage bandwidth'},
         'servers': {'storage bandwidth', 'storage latency'}, 'loader': {'loader settings'},
         'client CPU': {'client CPU'}, 'spread': {'loader settings', 'storage latency'}, 'not limited': {'not limited'}}


def mean_latency(parameters, which):
    """s, of an open or a read of slowfs; its law has that mean, but a tail comes on top."""
    seconds = parameters[which] * 1e-3
    if parameters.get(f'{which}_law') == 'tail':
        seconds *= 1 + parameters['tail_share'] * (parameters['tail_factor'] - 1)
    return seconds


def requests_of(data):
    """(opens, read requests) for a sample."""
    if data.layout == 'file-per-sample':
        return 1, math.ceil(data.mean_bytes / FILE_REQUEST)
    if data.layout in FRONT_TO_BACK:
        return 1 / data.samples_per_file, data.mean_bytes / STREAM_REQUEST
    return 0, math.ceil(data.mean_bytes / FILE_REQUEST)


def open_share(parameters, data):
    """Of a sample's time on slowfs."""
    if 'open' not in parameters:
        return 0.0
    opens, reads = requests_of(data)
    opening = opens * mean_latency(parameters, 'open')
    return opening / (opening + reads * mean_latency(parameters, 'read'))


def sample_seconds(parameters, data):
    """What one reader alone waits for a sample."""
    opens, reads = requests_of(data)
    if 'open' in parameters:
        alone = opens * mean_latency(parameters, 'open') + reads * mean_latency(parameters, 'read')
    else:
        alone = BELOW[0] * max(reads, opens) + data.mean_bytes / BELOW[1]
    return alone


def storage_gives(family, parameters, data, epochs=1):
    """By cause, samples/s that the storage gives however many ask."""
    _, reads = requests_of(data)
    gives = {}
    if 'bandwidth' in parameters:
        missed = 1 - parameters.get('cached', 0) * (epochs - 1) / epochs  # what the page cache does not hold
        gives['bandwidth'] = parameters['bandwidth'] / data.mean_bytes / missed
    if 'requests' in parameters:
        gives['requests'] = parameters['requests'] / reads
    if 'concurrency' in parameters:
        gives['servers'] = parameters['concurrency'] / sample_seconds(parameters, data)
    if family.cpu:
        gives['client CPU'] = 1 / (family.cpu[0] + data.mean_bytes / family.cpu[1])
    return gives


def readers_of(case, data, samples):
    """How many samples or shards are read at a time at most."""
    readers = case.accelerators * case.workers
    return min(readers, max(1, samples // data.samples_per_file)) if data.samples_per_file > 1 else readers


def gives(family, parameters, data, case, samples):
    """By cause, with what the job's readers can take."""
    found = storage_gives(family, parameters, data, case.epochs)
    if family.cpu:
        # Where reading is computing, readers are a limit while they are fewer than keep all cores busy.
        if readers_of(case, data, samples) < 2 * (os.cpu_count() or 1):
            found['loader'] = found['client CPU']
    else:
        found['loader'] = readers_of(case, data, samples) / sample_seconds(parameters, data)
    return found


@dataclass(frozen=True)
class Limit:
    cause: str
    right: tuple  # the verdicts that are right
    gives: dict  # samples/s by cause
    demand: float  # samples/s


def start_share(family, parameters, data, case, samples, compute_seconds):
    """Of an epoch's time, what the first batches take: they are loaded while nothing computes, by all readers at once.
    compute_seconds: of an epoch."""
    readers, each = readers_of(case, data, samples), case.batch
    if data.layout in FRONT_TO_BACK and case.read == 'buffered' and 'open' not in parameters:
        each = max(each, min(data.samples_per_file, AHEAD / data.mean_bytes))
    together = readers * each / min(storage_gives(family, parameters, data, case.epochs).values())
    alone = 0 if family.cpu else case.batch * sample_seconds(parameters, data)
    start = max(alone, together)
    return start / (start + compute_seconds)


def _right(cause, family, parameters, data, case, samples):
    right = set(RIGHT[cause])
    share = open_share(parameters, data)
    if cause == 'servers' and share >= OPEN_ONLY:
        right = {'metadata'}
    elif cause in ('servers', 'spread') and share >= OPEN_TOO:
        right.add('metadata')
    if cause in ('loader', 'spread') and data.samples_per_file > 1 and data.layout in FRONT_TO_BACK:
        if samples / data.samples_per_file / case.accelerators <= case.workers:
            right.add('too few shards')
    if cause == 'bandwidth' and 'cached' in parameters:
        right.add('cold cache')
    if cause == 'spread' and case.synchronous and case.accelerators > 1:
        right.add('barrier skew')
    return right


@dataclass(frozen=True)
class Measured:
    au: float
    samples: float  # /s
    cores_busy: float = 0  # share of the client's cores, the kernel's own threads included


def limit(family, parameters, data, case, samples, step_seconds, steps, measured):
    """The true limit of a job. That the target was met is read from the measurement, for a verdict means nothing else by
    it, and so is that storage which computes had filled the cores; what else keeps it from being met is by construction.
    Where that is an estimate, no cause gives less than what was measured."""
    au = measured.au
    demand = case.accelerators * case.batch / step_seconds
    found = gives(family, parameters, data, case, samples)
    if 'bandwidth' in found and case.read == 'direct' and data.layout in FROM_THE_MIDDLE:
        found['bandwidth'] *= data.mean_bytes / (data.mean_bytes + BLOCK)
    for cause in ESTIMATED & set(found):
        found[cause] = max(found[cause], measured.samples)
    rounded = {cause: float(f'{rate:.4g}') for cause, rate in found.items()}
    if au >= TARGET:
        return Limit('not limited', tuple(RIGHT['not limited']), rounded, demand)
    if family.cpu and measured.cores_busy < CORES_FULL:
        return Limit(NOT_KNOWN, (), rounded, demand)
    cause = min(found, key=found.get)
    near = TIE
    if data.layout in FRONT_TO_BACK:
        near = STREAM_TIE
    if found[cause] * ENOUGH >= TARGET * demand and not family.cpu:
        causes, cause = ['spread'], 'spread'
    else:
        causes = [name for name, rate in found.items() if rate <= found[cause] * (1 + near)]
    right = set().union(*(_right(name, family, parameters, data, case, samples) for name in causes))
    if found[min(found, key=found.get)] >= TARGET * demand:
        share = start_share(family, parameters, data, case, samples, steps * step_seconds)
        if share >= EPOCH_START and au / (1 - share) >= TARGET:
            right.add('epoch start')
    return Limit(cause, tuple(sorted(right)), rounded, demand)
