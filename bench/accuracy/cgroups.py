"""Control groups of our own, for limits on block devices and on memory, in whichever version the machine has."""
import contextlib
import os

from speed.measure import Failed

from .program import call

NAMES = {'blkio': 'io'}  # what version 2 calls a controller of version 1


class Unavailable(Exception):
    """Why a storage cannot be built here, in words for the report."""


def _mounts(kind):
    with open('/proc/mounts', encoding='utf-8') as file:
        return [(fields[1], fields[3].split(',')) for fields in map(str.split, file) if fields[2] == kind]


def _write(path, text):
    try:
        with open(path, 'w', encoding='ascii') as file:
            file.write(text)
    except OSError as error:
        raise Unavailable(f'{path} does not take "{text}": {error.strerror}') from error


def _read(path):
    with open(path, encoding='ascii') as file:
        return file.read()


@contextlib.contextmanager
def _hierarchy_v1(controller, directory):
    for place, options in _mounts('cgroup'):
        if controller in options:
            yield place
            return
    place = os.path.join(directory, f'cgroup-{controller}')
    os.mkdir(place)
    try:
        call(['mount', '-t', 'cgroup', '-o', controller, 'cgroup', place])
    except Failed as failure:
        os.rmdir(place)
        raise Unavailable(f'cgroup v1 has no {controller} controller here: {failure}') from failure
    try:
        yield place
    finally:
        call(['umount', place])
        os.rmdir(place)


@contextlib.contextmanager
def _hierarchy_v2(controllers):
    places = [place for place, _ in _mounts('cgroup2')]
    if not places:
        raise Unavailable('cgroup v2 is not mounted')
    known = _read(os.path.join(places[0], 'cgroup.controllers')).split()
    control = os.path.join(places[0], 'cgroup.subtree_control')
    for controller in controllers:
        if controller not in known:
            raise Unavailable(f'cgroup v2 has no {controller} controller here: cgroup v1 holds it, or the kernel '
                              'lacks it')
    enabling = [controller for controller in controllers if controller not in _read(control).split()]
    with contextlib.ExitStack() as stack:
        for controller in enabling:
            _write(control, f'+{controller}')
            stack.callback(_write, control, f'-{controller}')
        yield places[0]


@contextlib.contextmanager
def _folder(root, name, settings):
    place = os.path.join(root, f'aforo-accuracy-{os.getpid()}-{name}')
    try:
        os.mkdir(place)
    except OSError as error:
        raise Unavailable(f'no control group can be made below {root}: {error.strerror}') from error
    try:
        for file, text in settings.items():
            _write(os.path.join(place, file), text)
        yield place
    finally:
        os.rmdir(place)


@contextlib.contextmanager
def groups(version, wanted, directory):
    """New control groups with these settings, removed at the end; their folders, all of which a process enters.

    wanted: by controller (its version-1 name: blkio, memory) a dictionary of file name: text. Version 1 makes a group
    for each, version 2 one for all. directory: where a hierarchy of version 1 may be mounted. Raises Unavailable.
    """
    if os.geteuid() != 0:
        raise Unavailable('control groups need root')
    with contextlib.ExitStack() as stack:
        if version == 1:
            made = []
            for controller, settings in wanted.items():
                root = stack.enter_context(_hierarchy_v1(controller, directory))
                made.append(stack.enter_context(_folder(root, controller, settings)))
            yield made
        else:
            root = stack.enter_context(_hierarchy_v2([NAMES.get(name, name) for name in wanted]))
            together = {file: text for settings in wanted.values() for file, text in settings.items()}
            yield [stack.enter_context(_folder(root, 'all', together))]


@contextlib.contextmanager
def either_version(wanted, directory):
    """groups() of version 1, or else of version 2. wanted: by controller, what makes its settings from the version."""
    reasons = []
    with contextlib.ExitStack() as stack:
        for version in (1, 2):
            settings = {name: make(version) for name, make in wanted.items()}
            try:
                made = stack.enter_context(groups(version, settings, directory))
            except Unavailable as reason:
                reasons.append(str(reason))
                continue
            yield made
            return
        raise Unavailable('; '.join(reasons))


def device_limits(version, device, bandwidth=0, requests=0, write_bandwidth=0):
    """Settings that limit a block device (MAJOR:MINOR): bytes and requests that are read per second, and bytes that are
    written past the page cache; 0 = none."""
    if version == 1:
        limits = {'blkio.throttle.read_bps_device': bandwidth, 'blkio.throttle.read_iops_device': requests,
                  'blkio.throttle.write_bps_device': write_bandwidth}
        return {name: f'{device} {limit}' for name, limit in limits.items() if limit}
    words = [f'{key}={limit}' for key, limit in (('rbps', bandwidth), ('riops', requests), ('wbps', write_bandwidth))
             if limit]
    return {'io.max': ' '.join([device] + words)}


def memory_limit(version, size):
    return {'memory.limit_in_bytes' if version == 1 else 'memory.max': str(size)}
