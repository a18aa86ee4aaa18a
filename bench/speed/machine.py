"""Where a benchmark ran, with what."""
import os
import platform
import subprocess


def _first(path, key, separator=':'):
    try:
        with open(path, encoding='utf-8') as file:
            return next((line.split(separator, 1)[1].strip() for line in file if line.startswith(key)), None)
    except OSError:
        return None


def _line(argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    except OSError:
        return None
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[-1].strip() if done.returncode == 0 and lines else None


def filesystem(path):
    found = _line(['findmnt', '-no', 'FSTYPE,OPTIONS', '-T', path])
    return found.split()[0] if found else None


def device_queue(path):
    """What the kernel says of the disk below path."""
    source = _line(['findmnt', '-no', 'SOURCE', '-T', path]) or ''
    name = os.path.basename(source)
    known = {}
    for key in ('scheduler', 'nr_requests', 'read_ahead_kb', 'rotational'):
        try:
            with open(f'/sys/class/block/{name}/queue/{key}', encoding='ascii') as file:
                known[key] = file.read().strip()
        except OSError:
            continue
    return known


def describe(directory, memory_directory):
    memory = _first('/proc/meminfo', 'MemTotal')
    found = {'cpu': _first('/proc/cpuinfo', 'model name'), 'cores': os.cpu_count(),
             'memory_bytes': int(memory.split()[0]) << 10 if memory else None,
             'kernel': f'{platform.system()} {platform.release()}',
             'hypervisor': _line(['systemd-detect-virt', '--vm']),
             'filesystem': filesystem(directory), 'disk': device_queue(directory)}
    if memory_directory:
        found['memory_filesystem'] = filesystem(memory_directory)
    return {key: value for key, value in found.items() if value}


def versions(tools):
    """By name: what a program says of itself. Absent when it is not there."""
    found = {name: _line(argv) for name, argv in tools.items() if argv}
    return {name: text for name, text in found.items() if text}


def python_with(module, candidates):
    """The first interpreter of these that can import module, or None."""
    for python in candidates:
        if os.path.exists(python) and _line([python, '-c', f'import {module}; print("yes")']) == 'yes':
            return python
    return None


def load_average():
    return os.getloadavg()[0]
