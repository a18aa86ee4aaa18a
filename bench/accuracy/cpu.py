"""CPU time of processes and of the kernel's own threads."""
import os

_KTHREADD = 2  # the parent of all threads of the kernel
_PARENT, _USER, _SYSTEM = 1, 11, 12  # of /proc/PID/stat, after the name


def _fields(pid):
    with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
        return list(map(int, file.read().rsplit(')', 1)[1].split()[1:]))


def seconds(pid):
    """CPU time that a process has used. Raises OSError where there is none."""
    fields = _fields(pid)
    return (fields[_USER - 1] + fields[_SYSTEM - 1]) / os.sysconf('SC_CLK_TCK')


def kernel_seconds():
    """CPU time of the kernel's threads so far; one that ends takes its time with it."""
    total = 0.0
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            if int(name) == _KTHREADD or _fields(name)[_PARENT - 1] == _KTHREADD:
                total += seconds(name)
        except OSError:
            continue  # it ended meanwhile
    return total
