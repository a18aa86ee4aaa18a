"""Filesystems on a loop device over a file of our own."""
import contextlib
import os
import shutil
import time

from speed.measure import Failed

from .cgroups import Unavailable
from .program import call

MAKE = {'ext4': ['mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0'],
        'xfs': ['mkfs.xfs', '-q', '-f'],
        'btrfs': ['mkfs.btrfs', '-q', '-f']}


def _available(kind):
    if os.geteuid() != 0:
        raise Unavailable('mounting a filesystem needs root')
    if not shutil.which(MAKE[kind][0]):
        raise Unavailable(f'{MAKE[kind][0]} is not installed')


def _loops_available():
    if os.geteuid() != 0:
        raise Unavailable('loop devices need root')
    if not shutil.which('losetup'):
        raise Unavailable('losetup is not installed')
    if not os.path.exists('/dev/loop-control'):
        raise Unavailable('there are no loop devices (/dev/loop-control)')


def unmount(place):
    """Unmounts what we mounted, if anything; a straggler gets five seconds to close its files."""
    if not os.path.ismount(place):
        return
    for _ in range(50):
        try:
            call(['umount', place])
            return
        except Failed:
            time.sleep(0.1)
    call(['umount', '--lazy', place])


def _detach(image):
    """Frees the loop devices over our file, of which there is none where setting it up was interrupted before."""
    for line in call(['losetup', '--associated', image]).splitlines():
        call(['losetup', '--detach', line.split(':')[0]])


# What undoes a step is noted before the step is made: an interruption may come between its deed and its answer.
@contextlib.contextmanager
def loop_device(size, directory):
    """A loop device over a new file of that many bytes, which it reads past the page cache: the limits on it are then
    all that lies between. Gone at the end, the file too."""
    _loops_available()
    image = os.path.join(directory, 'image')
    with contextlib.ExitStack() as stack:
        with open(image, 'xb') as file:
            stack.callback(os.unlink, image)
            try:
                os.posix_fallocate(file.fileno(), 0, size)  # now, so that no later write of ours has to find room
            except OSError as error:
                raise Unavailable(f'{directory} has no room for {size / 1e9:.1f} GB: {error.strerror}') from error
        stack.callback(_detach, image)
        try:
            device = call(['losetup', '--find', '--show', '--direct-io=on', image]).strip()
        except Failed as failure:
            raise Unavailable(f'no loop device can be set up: {failure}') from failure
        yield device


@contextlib.contextmanager
def mounted(kind, device, directory, make=(), options=''):
    """A new filesystem (ext4, xfs, btrfs) on a device, whatever was there: (mount point, MAJOR:MINOR). make: more words
    for mkfs; options: of the mount. Unmounted at the end. Raises Unavailable."""
    _available(kind)
    place = os.path.join(directory, kind)
    with contextlib.ExitStack() as stack:
        try:
            call([*MAKE[kind], *make, device], limit=120)
        except Failed as failure:
            raise Unavailable(f'{kind} cannot be made here: {failure}') from failure
        os.mkdir(place)
        stack.callback(os.rmdir, place)
        stack.callback(unmount, place)
        try:
            call(['mount', '-t', kind, '-o', ','.join(filter(None, ('noatime', options))), device, place])
        except Failed as failure:
            raise Unavailable(f'{kind} cannot be mounted here: {failure}') from failure
        number = os.stat(device).st_rdev
        yield place, f'{os.major(number)}:{os.minor(number)}'


@contextlib.contextmanager
def filesystem(kind, size, directory, make=(), options=''):
    """The same on a loop device over a new file of that many bytes below directory."""
    _available(kind)
    with loop_device(size, directory) as device, mounted(kind, device, directory, make, options) as made:
        yield made
