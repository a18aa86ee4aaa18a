"""CPU time of processes."""
import os

_USER, _SYSTEM = 11, 12  # of /proc/PID/stat, after the name


def seconds(pid):
    """CPU time that a process has used. Raises OSError where there is none."""
    with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
        fields = list(map(int, file.read().rsplit(')', 1)[1].split()[1:]))
    return (fields[_USER - 1] + fields[_SYSTEM - 1]) / os.sysconf('SC_CLK_TCK')
