"""How aforo and the system's tools are called: bounded in time, in a process group and control groups of their own."""
import json
import os
import signal
import subprocess
import tempfile

from speed.measure import Failed

# Enters the control groups named before `--`, then becomes what follows: all that it does is charged to them.
_ENTER = 'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit 125; shift; done; shift; exec "$@"'


def call(argv, limit=60, accept=(0,)):
    """Runs argv for at most `limit` seconds; what it printed. Raises Failed, which names the command and its words."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaint:
        try:
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=complaint,
                                     start_new_session=True)
        except OSError as error:
            raise Failed(f'{argv[0]}: {error.strerror}') from error
        try:
            child.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failed(f'{" ".join(argv[:3])} ... did not end within {limit:.0f} s') from None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        output.seek(0)
        complaint.seek(0)
        text = output.read().decode(errors='replace')
        if child.returncode not in accept:
            words = (complaint.read().decode(errors='replace') or text).strip()[-500:]
            raise Failed(f'{" ".join(argv[:3])} ... ended with {child.returncode}: {words}')
        return text


def inside(groups, argv):
    """argv as it runs in these control groups."""
    return ['/bin/sh', '-c', _ENTER, 'sh', *groups, '--'] + argv if groups else argv


class Aforo:
    """The program under test. Its Records go through a file in `directory`."""

    def __init__(self, binary, directory):
        self.binary = binary
        self.record = os.path.join(directory, 'record.json')

    def __call__(self, arguments, limit, groups=()):
        """The Record. Exit 1 (target missed) is a result. groups: control groups to run in."""
        if os.path.exists(self.record):
            os.unlink(self.record)
        argv = [self.binary] + [str(a) for a in arguments] + ['--json', self.record]
        call(inside(groups, argv), limit, accept=(0, 1))
        try:
            with open(self.record, encoding='utf-8') as file:
                record = json.load(file)
        except (OSError, ValueError) as error:
            raise Failed(f'aforo {arguments[0]} left no Record: {error}') from error
        if record.get('partial') or record.get('errors', {}).get('count'):
            raise Failed(f'aforo {arguments[0]} did not get to its end: {json.dumps(record.get("errors"))[:300]}')
        return record
