"""One command, measured from outside; and what several of them say together."""
import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time


class Failed(Exception):
    """A command that did not do what was asked; the message names it."""


def _cpu_used():
    """CPU seconds that the whole machine has used since it started."""
    with open('/proc/stat', encoding='ascii') as file:
        user, nice, system, _, _, irq, softirq, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf('SC_CLK_TCK')


def family(pid):
    """pid and all that descend from it."""
    found = [pid]
    try:
        for task in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{task}/children', encoding='ascii') as children:
                for child in children.read().split():
                    found += family(int(child))
    except OSError:
        pass
    return found


def memory_of(pid):
    """Of one process the kernel's high-water mark; of several the sum of their shares now: pages that they have in
    common count once. (rusage cannot be used: its maximum begins with the parent's size.)"""
    processes = family(pid)
    path, key = ('status', 'VmHWM:') if len(processes) == 1 else ('smaps_rollup', 'Pss:')
    total = 0
    for process in processes:
        try:
            with open(f'/proc/{process}/{path}', encoding='ascii', errors='replace') as file:
                total += next((int(line.split()[1]) << 10 for line in file if line.startswith(key)), 0)
        except OSError:
            continue
    return total


def run_command(argv, accept=(0,), limit=900):
    """Runs argv in a process group of its own. What it printed, its wall time, its CPU time with all its children,
    its peak memory (sampled), the bytes that came from storage for it, and the share of the machine's CPU that others
    used meanwhile (the kernel's own threads among them)."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaint:
        own, all_used, begin = time.process_time(), _cpu_used(), time.perf_counter()
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=complaint,
                                 start_new_session=True)
        timer = threading.Timer(limit, os.killpg, (child.pid, signal.SIGKILL))
        timer.start()
        peak, done = [0], threading.Event()

        def watch():
            pause = 0.02  # then rarer: looking costs
            while not done.wait(pause):
                peak[0] = max(peak[0], memory_of(child.pid))
                pause = min(0.25, pause * 1.5)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            done.set()
            timer.cancel()
            watcher.join()
        wall, cpu = time.perf_counter() - begin, usage.ru_utime + usage.ru_stime
        others = _cpu_used() - all_used - cpu - (time.process_time() - own)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        complaint.seek(0)
        text = output.read().decode(errors='replace')
        if child.returncode not in accept:
            raise Failed(f'{argv[0]} ended with {child.returncode}: '
                         f'{(complaint.read().decode(errors="replace") or text).strip()[-600:]}')
        return {'text': text, 'wall_seconds': wall, 'cpu_seconds': cpu,
                'peak_memory_bytes': peak[0], 'storage_bytes': usage.ru_inblock * 512,
                'others_cpu_share': max(0.0, others / wall / os.cpu_count())}


def summary(values):
    return {'median': statistics.median(values), 'min': min(values), 'max': max(values), 'values': list(values)}


def compare(ours, theirs):
    """Ratio of medians, with the spread of the ratios of pairs that ran side by side."""
    pairs = [a / b for a, b in zip(ours, theirs)]
    return {'ratio': statistics.median(ours) / statistics.median(theirs), 'paired': summary(pairs)}
