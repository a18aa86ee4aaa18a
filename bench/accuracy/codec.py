"""Storage that computes on what it reads: encrypted folders, compressed memory, mapped devices; content for them."""
import contextlib
import fcntl
import os
import shutil
import struct
import subprocess

from .block import loop_device
from .cgroups import Unavailable
from .program import call

PAGE = 4096
# Of linux/fscrypt.h.
_ADD_KEY, _SET_POLICY = 0xC0506617, 0x800C6613
_BY_IDENTIFIER, _AES_256_XTS, _AES_256_CTS, _PADDING_16 = 2, 1, 4, 2


def page(share):
    """A page that a compressor brings to about this share of its size: random bytes, then zeros."""
    return os.urandom(round(share * PAGE)).ljust(PAGE, b'\0')


def make_compressible(folder, share):
    """Gives the files below folder content that compresses to about this share; sizes stay."""
    block = b''.join(page(share) for _ in range(256))
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not name.startswith('.') and not name.endswith('.json'):  # what aforo itself notes stays
                _fill(path, block)


def _fill(path, block):
    with open(path, 'r+b', buffering=0) as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(block[:left])


def encrypted_folder(mount):
    """A new folder of an ext4 (made with -O encrypt) whose files are encrypted by a new key, which the kernel forgets
    when it is unmounted. Raises Unavailable."""
    key = os.urandom(64)
    add = bytearray(struct.pack('=II32sII32s', _BY_IDENTIFIER, 0, b'', len(key), 0, b'') + key)
    root = os.open(mount, os.O_RDONLY)
    place = os.path.join(mount, 'encrypted')
    os.mkdir(place)
    folder = os.open(place, os.O_RDONLY)
    try:
        fcntl.ioctl(root, _ADD_KEY, add)
        identifier = bytes(add[8:24])
        fcntl.ioctl(folder, _SET_POLICY, bytearray(
            struct.pack('=BBBB4s16s', 2, _AES_256_XTS, _AES_256_CTS, _PADDING_16, b'', identifier)))
    except OSError as error:
        raise Unavailable(f'this kernel does not encrypt ext4 (fscrypt): {error.strerror}') from error
    finally:
        os.close(folder)
        os.close(root)
    return place


def _tell(path, text):
    with open(path, 'w', encoding='ascii') as file:
        file.write(str(text))


@contextlib.contextmanager
def zram_device(algorithm, size):
    """A zram device of our own, added and removed: its path. Raises Unavailable."""
    control = '/sys/class/zram-control'
    try:
        with open(f'{control}/hot_add', encoding='ascii') as file:
            number = file.read().strip()
    except OSError as error:
        raise Unavailable(f'no zram device can be added: {error.strerror}') from error
    settings = f'/sys/block/zram{number}'
    try:
        try:
            _tell(f'{settings}/comp_algorithm', algorithm)
            _tell(f'{settings}/disksize', size)
        except OSError as error:
            raise Unavailable(f'zram does not take {algorithm}: {error.strerror}') from error
        yield f'/dev/zram{number}'
    finally:
        _tell(f'{settings}/reset', 1)
        _tell(f'{control}/hot_remove', number)


def no_mapper(target):
    """Why the device mapper cannot be used for `target`, or that this harness does not."""
    if not os.path.exists('/dev/mapper/control'):
        return 'this kernel has no device mapper (/dev/mapper/control)'
    if not shutil.which('dmsetup'):
        return 'dmsetup is not installed'
    return '' if target == 'crypt' else f'not built by this harness, although the device mapper may know {target}'


def no_nfs():
    with open('/proc/filesystems', encoding='ascii') as file:
        if 'nfsd' not in file.read():
            return 'this kernel has no NFS server (nfsd in /proc/filesystems)'
    return 'not built by this harness, although the kernel has an NFS server'


def no_nbd():
    if not os.path.exists('/dev/nbd0'):
        return 'this kernel has no network block devices (/dev/nbd0)'
    return 'not built by this harness, although the kernel has network block devices'


@contextlib.contextmanager
def mapped_crypt(size, directory):
    """A dm-crypt device (AES-256-XTS, a new key) on a loop device: its path, gone at the end. Raises Unavailable."""
    reason = no_mapper('crypt')
    if reason:
        raise Unavailable(reason)
    name = f'aforo-accuracy-{os.getpid()}'
    path = f'/dev/mapper/{name}'
    with contextlib.ExitStack() as stack:
        device = stack.enter_context(loop_device(size, directory))
        stack.callback(_unmap, path)
        table = f'0 {size // 512} crypt aes-xts-plain64 {os.urandom(64).hex()} 0 {device} 0'
        try:  # the table goes in by standard input: no other process can see the key
            subprocess.run(['dmsetup', 'create', name], input=table, text=True, check=True, capture_output=True,
                           timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            raise Unavailable(f'no dm-crypt device can be made: {error}') from error
        yield path


def _unmap(path):
    if os.path.exists(path):
        call(['dmsetup', 'remove', '--retry', os.path.basename(path)])
