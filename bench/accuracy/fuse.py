"""Directories behind slowfs (slowfs.cc), whose latency, concurrency and bandwidth are known."""
import contextlib
import os
import select
import shutil
import signal
import subprocess

from .block import unmount
from .cgroups import Unavailable


def available(slowfs):
    """Raises Unavailable with the reason."""
    if not os.access(slowfs, os.X_OK):
        raise Unavailable('slowfs is not built (libfuse3-dev was missing at the build)')
    if not os.access('/dev/fuse', os.R_OK | os.W_OK):
        raise Unavailable('FUSE is not available (/dev/fuse)')
    if os.geteuid() != 0 and not shutil.which('fusermount3'):
        raise Unavailable('fusermount3 is not installed')


@contextlib.contextmanager
def mounted(slowfs, source, place, options):
    """source seen at place (made here) through slowfs; its process. Unmounted and removed at the end."""
    available(slowfs)
    os.mkdir(place)
    try:
        server = subprocess.Popen([slowfs, source, place] + options, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, start_new_session=True)
        try:
            ready, _, _ = select.select([server.stdout], [], [], 20)
            if not ready or server.stdout.readline() != b'ready\n':
                server.kill()
                words = server.stderr.read().decode(errors='replace').strip()
                raise Unavailable(f'slowfs cannot mount: {words or "it did not get ready"}')
            yield server
        finally:
            _end(server, place)
    finally:
        os.rmdir(place)


def _end(server, place):
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    server.stdout.close()
    server.stderr.close()
    unmount(place)
