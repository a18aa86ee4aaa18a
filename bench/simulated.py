#!/usr/bin/env python3
"""Holds the simulation of two builds side by side: what it costs, and whether the answers are the same.

    bench/simulated.py --before OLD_AFORO [--aforo build/release/aforo] [--storage FILE]... [--accelerators N]...

Both builds predict unet3d_h100, 8 accelerators a host and 20 steps an epoch, by simulation alone, in turn (A B, B A, ...)
--rounds times. CPU seconds (user and system, of all threads) count, as a shared machine stretches the wall's; medians.
Memory is the largest resident set. Nothing is written but below a temporary directory.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(command):
    """CPU seconds, wall seconds and peak MiB of a command that may say 1 (below the target)."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = child.stderr.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: {message}")
    return used.ru_utime + used.ru_stime, time.monotonic() - begin, used.ru_maxrss / 1024


def predict(aforo, storage, accelerators, record):
    cost = run([aforo, "predict", "unet3d_h100", storage, "--accelerators", str(accelerators), "--per-host", "8",
                "--steps", "20", "--method", "simulate", "--no-advice", "--quiet", "--json", record])
    return cost, json.loads(pathlib.Path(record).read_text())


def size(aforo, _storage, _accelerators, record):
    cost = run([aforo, "size", "mimic_cxr_densenet_h100", "-n", "64", "--capacity", "3PB", "--quiet",
                "--json", record])
    return cost, json.loads(pathlib.Path(record).read_text())


def answers(record):
    """What a page says: equal strings are equal answers to seven digits."""
    if "au" not in record:
        return "-"
    simulation = record["simulation"]
    return (f"{100 * record['au']:.5g} % ({simulation['replications']} x {simulation['epochs']} epochs, "
            f"{simulation['events'] / 1e6:.3g} M events), {record['samples_per_second']:.6g}/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", required=True)
    parser.add_argument("--aforo", default=str(ROOT / "build/release/aforo"))
    parser.add_argument("--storage", action="append", default=[])
    parser.add_argument("--accelerators", type=int, action="append", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", action="store_true", help="a sizing whose best designs are simulated, too")
    ask = parser.parse_args()
    cases = [(predict, storage, n) for n in ask.accelerators for storage in ask.storage]
    cases += [(size, "-", 64)] if ask.size else []
    print("| what | storage | accelerators | CPU s before | now | ratio | MiB before | now | AU and rate before | now |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for what, storage, n in cases:
            costs, said = {"before": [], "now": []}, {}
            for turn in range(ask.rounds):
                order = [("before", ask.before), ("now", ask.aforo)]
                for name, aforo in order if turn % 2 == 0 else reversed(order):
                    cost, record = what(aforo, storage, n, os.path.join(folder, "record.json"))
                    costs[name].append(cost)
                    said[name] = answers(record)
            middle = {name: [statistics.median(values) for values in zip(*costs[name])] for name in costs}
            ratio = statistics.median(now[0] / before[0] for before, now in zip(costs["before"], costs["now"]))
            print(f"| {what.__name__} | {pathlib.Path(storage).name} | {n:,} | {middle['before'][0]:.3g} | "
                  f"{middle['now'][0]:.3g} | {ratio:.2f} | {middle['before'][2]:.0f} | {middle['now'][2]:.0f} | "
                  f"{said['before']} | {'the same' if said['now'] == said['before'] else said['now']} |", flush=True)


if __name__ == "__main__":
    main()
