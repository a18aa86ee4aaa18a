"""Families of storages: what is drawn of each, from which ranges, and how it is built.

The parameters of a storage are a dictionary; together with the job they say what limits it (truth.py).
"""
import contextlib
from dataclasses import dataclass

from . import block, cgroups, codec
from .chance import Choice, Range
from .storages import MB, Mounted, folder, limited_memory, slow_mirror

MOST_DISK = 2500 * MB  # of one storage: the file below its loop device
MOST_MEMORY = 1000 * MB  # of one storage, on the memory filesystem or in zram

FILES = 'file-per-sample'
ALL_LAYOUTS = (FILES, FILES, FILES, 'tfrecord', 'webdataset', 'records', 'npy')
FILE_SYSTEMS = Choice(('ext4', 'xfs', 'btrfs'))
BANDWIDTH = Range(40e6, 250e6)  # B/s
REQUESTS = Range(200, 3000)  # 1/s
CV = Range(0.2, 2)
COMPRESSED = Range(0.2, 0.7)  # size after / before


@dataclass(frozen=True)
class Family:
    what: str
    ranges: dict  # of the parameters; times in ms
    build: object  # (places, parameters, dataset_bytes) -> a context that yields Mounted
    layouts: tuple = ALL_LAYOUTS
    reads: tuple = ('direct', 'buffered')
    most_bytes: int = 1500 * MB  # of a dataset
    cpu: tuple = ()  # where the client's CPU is the limit: about (seconds a sample, bytes a second) of this machine
    epochs: tuple = (1, 1, 1, 2)


@contextlib.contextmanager
def device(places, parameters, dataset_bytes):
    kind = parameters['filesystem']
    with block.filesystem(kind, MOST_DISK, places.medium) as (place, number):
        limits = {'blkio': lambda version: cgroups.device_limits(
            version, number, round(parameters.get('bandwidth', 0)), round(parameters.get('requests', 0)),
            round(parameters.get('write_bandwidth', 0)))}
        with cgroups.either_version(limits, places.directory) as groups:
            yield Mounted(place, place, dataset_bytes, groups)


@contextlib.contextmanager
def page_cache(places, parameters, dataset_bytes):
    """A cache that holds a drawn share of the dataset, beside what aforo itself takes."""
    with block.filesystem(parameters['filesystem'], MOST_DISK, places.medium) as (place, number):
        size = CACHE_FLOOR + round(parameters['cached'] * dataset_bytes)
        with limited_memory(places, size, blkio=lambda version: cgroups.device_limits(
                version, number, round(parameters['bandwidth']))) as groups:
            yield Mounted(place, place, dataset_bytes, groups)


CACHE_FLOOR = 120 * MB


@contextlib.contextmanager
def memory(places, parameters, dataset_bytes):
    del parameters
    with folder(places.need_memory(), 'memory') as place:
        yield Mounted(place, place, dataset_bytes, cached=False)


def law(parameters, which):
    """slowfs's word for a latency, as in lognormal:8ms:1.5."""
    kind, time = parameters.get(f'{which}_law', 'constant'), f'{parameters[which]:g}ms'
    if kind == 'lognormal':
        return f'lognormal:{time}:{parameters["cv"]:g}'
    if kind == 'tail':
        return f'tail:{time}:{parameters["tail_share"]:g}:{parameters["tail_factor"]:g}'
    return f'{kind}:{time}'


WRITING = ('write', 'create', 'sync')  # what slowfs delays where a law is drawn for it


@contextlib.contextmanager
def slow(places, parameters, dataset_bytes):
    options = ['--read-write', '--open-latency', law(parameters, 'open'), '--read-latency', law(parameters, 'read'),
               '--concurrency', str(parameters['concurrency']), '--seed', str(parameters['slowfs_seed'])]
    for which in WRITING:
        if which in parameters:
            options += [f'--{which}-latency', law(parameters, which)]
    if 'bandwidth' in parameters:
        options += ['--bandwidth', f'{parameters["bandwidth"]:.0f}', '--burst', f'{parameters["bandwidth"] / 100:.0f}']
    with slow_mirror(places, options) as (source, place, server):
        yield Mounted(source, place, dataset_bytes, server=server, cached=False)


@contextlib.contextmanager
def compression(places, parameters, dataset_bytes):
    options = f'compress-force={parameters["algorithm"]}'
    with block.filesystem('btrfs', MOST_DISK, places.medium, options=options) as (place, _):
        yield Mounted(place, place, dataset_bytes,
                      settle=lambda laid: codec.make_compressible(laid, parameters['compressed']))


@contextlib.contextmanager
def checksums(places, parameters, dataset_bytes):
    with block.filesystem('btrfs', MOST_DISK, places.medium, make=['--csum', parameters['algorithm']]) as (place, _):
        yield Mounted(place, place, dataset_bytes)


@contextlib.contextmanager
def encryption(places, parameters, dataset_bytes):
    del parameters
    with block.filesystem('ext4', MOST_DISK, places.medium, make=['-O', 'encrypt']) as (mount, _):
        place = codec.encrypted_folder(mount)
        yield Mounted(place, place, dataset_bytes)


@contextlib.contextmanager
def zram(places, parameters, dataset_bytes):
    with codec.zram_device(parameters['algorithm'], MOST_MEMORY) as name, \
            block.mounted('ext4', name, places.directory) as (place, _):
        yield Mounted(place, place, dataset_bytes,
                      settle=lambda laid: codec.make_compressible(laid, parameters['compressed']))


@contextlib.contextmanager
def dm_crypt(places, parameters, dataset_bytes):
    del parameters
    with codec.mapped_crypt(MOST_DISK, places.medium) as name, \
            block.mounted('ext4', name, places.directory) as (place, _):
        yield Mounted(place, place, dataset_bytes)


def lacking(reason):
    """A family that needs what no machine had yet on which this was written."""
    @contextlib.contextmanager
    def build(places, parameters, dataset_bytes):
        del places, parameters, dataset_bytes
        raise cgroups.Unavailable(reason())
        yield  # pylint: disable=unreachable
    return build


SLOW = {'layouts': ALL_LAYOUTS, 'most_bytes': 400 * MB}
CONCURRENCY = Range(2, 48, whole=True)
SEED = Range(1, 65536, whole=True)
ANY_LAW = Choice(('constant', 'exponential', 'lognormal'))

FAMILIES = {
    'bandwidth': Family('a filesystem on a loop device of limited bandwidth (control group)',
                        {'filesystem': FILE_SYSTEMS, 'bandwidth': BANDWIDTH}, device),
    'requests': Family('a filesystem on a loop device of limited requests (control group)',
                       {'filesystem': Choice(('ext4', 'xfs')), 'requests': REQUESTS}, device,
                       layouts=(FILES,), reads=('direct',)),
    'bandwidth-and-requests': Family(
        'a filesystem on a loop device of limited bandwidth and limited requests (control group)',
        {'filesystem': Choice(('ext4', 'xfs')), 'bandwidth': BANDWIDTH, 'requests': REQUESTS}, device,
        layouts=(FILES,), reads=('direct',)),
    'latency': Family('slowfs: constant latencies of open and read, a number at once',
                      {'open': Range(0.1, 4), 'read': Range(1, 20), 'concurrency': CONCURRENCY, 'slowfs_seed': SEED},
                      slow, **SLOW),
    'random-latency': Family(
        'slowfs: latencies of open and read of drawn laws, a number at once',
        {'open': Range(0.1, 4), 'open_law': ANY_LAW, 'read': Range(1, 20), 'read_law': Choice(
            ('exponential', 'lognormal')), 'cv': CV, 'concurrency': CONCURRENCY, 'slowfs_seed': SEED}, slow, **SLOW),
    'tail': Family('slowfs: a drawn share of reads is 5 to 40 times as long',
                   {'open': Range(0.1, 2), 'read': Range(1, 8), 'read_law': Choice(('tail',)),
                    'tail_share': Range(0.003, 0.05), 'tail_factor': Range(5, 40), 'concurrency': Range(4, 48, True),
                    'slowfs_seed': SEED}, slow, **SLOW),
    'latency-and-bandwidth': Family(
        'slowfs: two limits, a number at once and a bandwidth',
        {'open': Range(0.1, 2), 'read': Range(0.5, 10), 'read_law': ANY_LAW, 'cv': CV, 'concurrency': CONCURRENCY,
         'bandwidth': BANDWIDTH, 'slowfs_seed': SEED}, slow, **SLOW),
    'open': Family('slowfs: opening takes longer than reading (a slow metadata service)',
                   {'open': Range(3, 20), 'open_law': ANY_LAW, 'read': Range(0.3, 2), 'cv': CV,
                    'concurrency': CONCURRENCY, 'slowfs_seed': SEED}, slow, layouts=(FILES,), most_bytes=400 * MB),
    'network': Family('slowfs as a stand-in for a network filesystem: short latencies, many at once, a bandwidth',
                      {'open': Range(0.2, 2), 'read': Range(0.3, 3), 'read_law': Choice(('lognormal',)),
                       'cv': Range(0.1, 0.6), 'concurrency': Range(32, 128, True), 'bandwidth': Range(60e6, 300e6),
                       'slowfs_seed': SEED}, slow, **SLOW),
    'object': Family('slowfs as a stand-in for an object store: long latencies, very many at once, a bandwidth',
                     {'open': Range(2, 10), 'read': Range(10, 80), 'read_law': Choice(('lognormal',)),
                      'cv': Range(0.2, 1), 'concurrency': Range(64, 192, True), 'bandwidth': Range(100e6, 300e6),
                      'slowfs_seed': SEED}, slow, **SLOW),
    'page-cache': Family('a limited loop device before which a drawn share of the dataset fits into the page cache',
                         {'filesystem': Choice(('ext4', 'xfs')), 'bandwidth': Range(80e6, 250e6),
                          'cached': Range(0.3, 0.8)}, page_cache, layouts=(FILES,), reads=('buffered',), epochs=(2, 3)),
    'memory': Family('a memory filesystem: the client is the limit', {}, memory, reads=('buffered',),
                     most_bytes=MOST_MEMORY, cpu=(15e-6, 6e9)),
    'compression': Family('btrfs that decompresses what is read',
                          {'algorithm': Choice(('zstd:1', 'zstd:3', 'zlib:3', 'lzo')), 'compressed': COMPRESSED},
                          compression, layouts=(FILES,), reads=('buffered',), cpu=(10e-6, 0.6e9)),
    'checksums': Family('btrfs that verifies what is read', {'algorithm': Choice(('xxhash', 'sha256', 'blake2'))},
                        checksums, cpu=(10e-6, 1e9)),
    'encryption': Family('ext4 that decrypts what is read (fscrypt, AES-256-XTS)', {}, encryption, layouts=(FILES,),
                         reads=('buffered',), cpu=(30e-6, 60e6)),
    'zram': Family('ext4 on zram, which decompresses what is read',
                   {'algorithm': Choice(('lz4', 'lzo-rle', 'lzo')), 'compressed': COMPRESSED}, zram, layouts=(FILES,),
                   reads=('direct',), most_bytes=800 * MB, cpu=(30e-6, 1e9)),
    'dm-crypt': Family('ext4 on dm-crypt, which decrypts what is read', {}, dm_crypt, reads=('direct',),
                       cpu=(30e-6, 0.3e9)),
    'dm-integrity': Family('a filesystem on dm-integrity', {}, lacking(lambda: codec.no_mapper('integrity')),
                           cpu=(30e-6, 0.3e9)),
    'nfs': Family('NFS over the loopback', {}, lacking(codec.no_nfs), cpu=(100e-6, 1e9)),
    'nbd': Family('a network block device over the loopback', {}, lacking(codec.no_nbd), cpu=(100e-6, 1e9)),
}
