"""The storages that are built: each a context that makes it, says where datasets lie, and takes all down again."""
import contextlib
import os
import shutil
from dataclasses import dataclass, field

from . import block, cgroups, cpu, fuse
from .cgroups import Unavailable

MB, MiB = 10**6, 1 << 20
FULL_CACHE = 1536 * MiB


@dataclass
class Mounted:
    lay: str  # the folder where datasets are written
    read: str  # the same as the job sees it
    dataset_bytes: int  # of one dataset, about
    groups: list = field(default_factory=list)  # control groups that aforo runs in
    server: object = None  # the process that serves it, whose CPU time is storage's and not a disturbance
    cached: bool = True  # the page cache keeps what was read buffered
    filler: str = ''  # a file that fills the page cache before a measurement
    settle: object = None  # called with the folder of a dataset that was laid

    def server_cpu_seconds(self):
        return cpu.seconds(self.server.pid) if self.server else 0.0


@dataclass
class Places:
    directory: str  # made for this run, on the disk
    memory: str  # the same on a memory filesystem; '' = none
    slowfs: str

    def need_memory(self):
        if not self.memory:
            raise Unavailable('no memory filesystem was named (--memory-dir)')
        return self.memory

    @property
    def medium(self):
        """Where what stands for a drawn storage's medium lies. In memory where that was named: a disk, and a virtual
        one above all, has limits and caches of its own that change within minutes, beside the drawn ones."""
        return self.memory or self.directory


@contextlib.contextmanager
def folder(parent, name):
    place = os.path.join(parent, name)
    os.mkdir(place)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def disk(places):
    with folder(places.directory, 'disk') as place:
        yield Mounted(place, place, 7000 * MB)


def limited_memory(places, size, **also):
    """Control groups with so much memory, and what `also` makes per controller from the version; either version."""
    return cgroups.either_version({'memory': lambda version: cgroups.memory_limit(version, size), **also},
                                  places.directory)


@contextlib.contextmanager
def disk_full_cache(places):
    """Read buffered, through a page cache that other data fill: as on a host that has been training for a while. Where
    memory is free instead, reading also costs what the machine takes to provide it, on a virtual one with every page
    that it had returned to its host."""
    with folder(places.directory, 'disk') as place, limited_memory(places, FULL_CACHE) as groups:
        filler = os.path.join(place, 'filler')
        with open(filler, 'wb') as file:
            for _ in range(FULL_CACHE // MiB):
                file.write(bytes(MiB))
            file.flush()
            os.fsync(file.fileno())
        yield Mounted(place, place, 7000 * MB, groups, filler=filler)


@contextlib.contextmanager
def memory(places):
    with folder(places.need_memory(), 'memory') as place:
        yield Mounted(place, place, 1000 * MB, cached=False)


def throttled(kind, version, bandwidth=0, requests=0):
    @contextlib.contextmanager
    def build(places):
        with block.filesystem(kind, 2500 * MB, places.directory) as (place, device):
            limits = {'blkio': cgroups.device_limits(version, device, bandwidth, requests)}
            with cgroups.groups(version, limits, places.directory) as groups:
                yield Mounted(place, place, 1000 * MB, groups)
    return build


@contextlib.contextmanager
def page_cache(places):
    """A cache that holds about half of the dataset, before a device of limited bandwidth."""
    with block.filesystem('ext4', 1500 * MB, places.directory) as (place, device), \
            limited_memory(places, 384 * MiB,
                          blkio=lambda version: cgroups.device_limits(version, device, 150 * MB)) as groups:
        yield Mounted(place, place, 700 * MB, groups)


@contextlib.contextmanager
def slow_mirror(places, options):
    """A folder in memory behind slowfs: where files are laid, where they are read, and the process that serves them."""
    fuse.available(places.slowfs)
    place = os.path.join(places.directory, 'slowfs')
    with folder(places.need_memory(), 'mirrored') as source, \
            fuse.mounted(places.slowfs, source, place, options) as server:
        yield source, place, server


def slow(*options):
    @contextlib.contextmanager
    def build(places):
        with slow_mirror(places, ['--read-write', *options]) as (source, place, server):
            yield Mounted(source, place, 400 * MB, server=server, cached=False)
    return build


# name: (what it is, how it is built)
STORAGES = {
    'disk': ('the disk below --dir, nothing in between', disk),
    'disk-full-cache': ('the disk below --dir, read buffered through 1.5 GiB of page cache that is full',
                        disk_full_cache),
    'ext4-bandwidth-v1': ('ext4 on a loop device, 120 MB/s by cgroup v1', throttled('ext4', 1, 120 * MB)),
    'xfs-bandwidth-v1': ('XFS on a loop device, 120 MB/s by cgroup v1', throttled('xfs', 1, 120 * MB)),
    'ext4-requests-v1': ('ext4 on a loop device, 1500 reads/s by cgroup v1', throttled('ext4', 1, 0, 1500)),
    'xfs-requests-v1': ('XFS on a loop device, 1500 reads/s by cgroup v1', throttled('xfs', 1, 0, 1500)),
    'ext4-bandwidth-v2': ('ext4 on a loop device, 120 MB/s by cgroup v2', throttled('ext4', 2, 120 * MB)),
    'xfs-bandwidth-v2': ('XFS on a loop device, 120 MB/s by cgroup v2', throttled('xfs', 2, 120 * MB)),
    'ext4-requests-v2': ('ext4 on a loop device, 1500 reads/s by cgroup v2', throttled('ext4', 2, 0, 1500)),
    'xfs-requests-v2': ('XFS on a loop device, 1500 reads/s by cgroup v2', throttled('xfs', 2, 0, 1500)),
    'fuse-constant': ('slowfs: open 1 ms, read 4 ms, 16 at once',
                      slow('--open-latency', 'constant:1ms', '--read-latency', 'constant:4ms', '--concurrency', '16')),
    'fuse-exponential': ('slowfs: open 1 ms, read 6 ms, both exponential, 24 at once',
                         slow('--open-latency', 'exponential:1ms', '--read-latency', 'exponential:6ms',
                              '--concurrency', '24')),
    'fuse-lognormal': ('slowfs: open 1 ms, read lognormal of mean 8 ms and coefficient of variation 1.5, 32 at once',
                       slow('--open-latency', 'constant:1ms', '--read-latency', 'lognormal:8ms:1.5',
                            '--concurrency', '32')),
    'fuse-tail': ('slowfs: open 0.5 ms, read 3 ms, one in 50 of them 20 times as long, 16 at once',
                  slow('--open-latency', 'constant:500us', '--read-latency', 'tail:3ms:0.02:20',
                       '--concurrency', '16')),
    'fuse-narrow': ('slowfs: open 0.2 ms, read 3 ms, 4 at once',
                    slow('--open-latency', 'constant:200us', '--read-latency', 'constant:3ms', '--concurrency', '4')),
    'fuse-bandwidth': ('slowfs: open and read 1 ms, 200 MB/s in all',
                       slow('--open-latency', 'constant:1ms', '--read-latency', 'constant:1ms', '--concurrency', '64',
                            '--bandwidth', '200e6', '--burst', '2e6')),
    'memory': ('a memory filesystem: the client is the limit', memory),
    'page-cache': ('ext4 on a loop device, 150 MB/s, and 384 MiB of memory for aforo and its page cache, by control '
                   'groups', page_cache),
}
