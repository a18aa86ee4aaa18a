"""Filesystems on a loop device over a file of our own."""
import contextlib
import os
import shutil
import time

from speed.measure import Failed

from .cgroups import Unavailable
from .program import call

MAKE = {'ext4': ['mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0'],
        'xfs': ['mkfs.xfs', '-q', '-f']}


def _available(kind):
    if os.geteuid() != 0:
        raise Unavailable('mounting a filesystem needs root')
    for program in ('losetup', MAKE[kind][0]):
        if not shutil.which(program):
            raise Unavailable(f'{program} is not installed')
    if not os.path.exists('/dev/loop-control'):
        raise Unavailable('there are no loop devices (/dev/loop-control)')


def unmount(place):
    """Unmounts what we mounted; a straggler gets five seconds to close its files."""
    for _ in range(50):
        try:
            call(['umount', place])
            return
        except Failed:
            time.sleep(0.1)
    call(['umount', '--lazy', place])


@contextlib.contextmanager
def loop_device(image):
    """A loop device that reads `image` past the page cache: the limits on it are then all that lies between."""
    try:
        device = call(['losetup', '--find', '--show', '--direct-io=on', image]).strip()
    except Failed as failure:
        raise Unavailable(f'no loop device can be set up: {failure}') from failure
    try:
        yield device
    finally:
        call(['losetup', '--detach', device])


@contextlib.contextmanager
def filesystem(kind, size, directory):
    """A new filesystem (ext4, xfs) of that many bytes below directory: (mount point, MAJOR:MINOR), gone at the end."""
    _available(kind)
    image, place = os.path.join(directory, f'{kind}.image'), os.path.join(directory, kind)
    with contextlib.ExitStack() as stack:
        with open(image, 'xb') as file:
            stack.callback(os.unlink, image)
            os.posix_fallocate(file.fileno(), 0, size)  # now, so that no later write of ours has to find room
        device = stack.enter_context(loop_device(image))
        call(MAKE[kind] + [device], limit=120)
        os.mkdir(place)
        stack.callback(os.rmdir, place)
        try:
            call(['mount', '-t', kind, '-o', 'noatime', device, place])
        except Failed as failure:
            raise Unavailable(f'{kind} cannot be mounted here: {failure}') from failure
        stack.callback(unmount, place)
        number = os.stat(device).st_rdev
        yield place, f'{os.major(number)}:{os.minor(number)}'
