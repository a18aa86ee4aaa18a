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
    its peak memory (sampled), and the bytes that came from storage for it."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaint:
        begin = time.perf_counter()
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
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        complaint.seek(0)
        text = output.read().decode(errors='replace')
        if child.returncode not in accept:
            raise Failed(f'{argv[0]} ended with {child.returncode}: '
                         f'{(complaint.read().decode(errors="replace") or text).strip()[-600:]}')
        return {'text': text, 'wall_seconds': wall, 'cpu_seconds': usage.ru_utime + usage.ru_stime,
                'peak_memory_bytes': peak[0], 'storage_bytes': usage.ru_inblock * 512}


def summary(values):
    return {'median': statistics.median(values), 'min': min(values), 'max': max(values), 'values': list(values)}


def compare(ours, theirs):
    """Ratio of medians, with the spread of the ratios of pairs that ran side by side."""
    pairs = [a / b for a, b in zip(ours, theirs)]
    return {'ratio': statistics.median(ours) / statistics.median(theirs), 'paired': summary(pairs)}
