#!/usr/bin/env python3
"""What grows with hosts, measured as far as this machine goes and simulated past it: docs/scaling.md.

  bench/scaling/run.py [--build build/release] [--rounds 5] [--no-mpi] [-o docs/scaling.md]

Measured: what starting takes, what the barrier adds to a step, with 1, 2, 4 and 8 processes of this machine that read
nothing, and how long the first process merges. Simulated: checkpoints of the four model sizes on a store on paper
(storage.yaml), up to 100,000 accelerators. Checked: what was published of one checkpoint. Minutes, on an idle machine.
"""
import argparse
import csv
import datetime
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

import hosts_barrier
from speed import machine

PROCESSES = (1, 2, 4, 8)
STEP_TIMES = ('200us', '2ms', '20ms')
# (model, accelerators, data-parallel replicas or None for the model's own)
GROWTH = (('llama3-8b', 8, None), ('llama3-70b', 64, None), ('llama3-405b', 512, None), ('llama3-1t', 1024, None),
          ('llama3-8b', 8192, 8192), ('llama3-70b', 8192, 1024), ('llama3-405b', 8192, 32), ('llama3-1t', 8192, 16),
          ('llama3-8b', 100000, 100000), ('llama3-70b', 100000, 12500), ('llama3-405b', 99840, 390),
          ('llama3-1t', 99840, 195))
# Unexpected interruptions of 16,384 accelerators in 54 days, as reported of Llama 3's training (Dubey et al. 2024, table 5).
FAILURES, FAILED_ON, FAILED_DAYS = 419, 16384, 54
GIB = 1 << 30


def launched(aforo, processes, words, place):
    launcher = ['mpirun', '--oversubscribe', '--bind-to', 'none', '-n', str(processes)] if processes > 1 else []
    if launcher and os.geteuid() == 0:
        launcher.insert(1, '--allow-run-as-root')
    begin = time.monotonic()
    done = subprocess.run([*launcher, aforo, *words], cwd=place, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f'{" ".join(launcher + words)} ended with {done.returncode}: {done.stderr.strip()[-300:]}')
    return time.monotonic() - begin


def measured(aforo, rounds):
    """By (step time, processes): medians over the rounds, in turn. Step times in us, start in s."""
    found = {}
    with tempfile.TemporaryDirectory(prefix='aforo-scaling-') as name:
        place = pathlib.Path(name)
        (place / 'job.yaml').write_text(hosts_barrier.JOB.replace('count: 4', 'count: 8'))
        subprocess.run([aforo, 'generate', 'job.yaml', 'data', '--quiet'], cwd=place, check=True)
        for _ in range(rounds):
            for processes in PROCESSES:
                took = launched(aforo, processes, ['inspect', 'data', '--quiet'], place)
                found.setdefault(('start', processes), []).append(took)
                for step_time in STEP_TIMES:
                    record = hosts_barrier.measure(aforo, place, processes, step_time)
                    found.setdefault((step_time, processes), []).append(
                        (record['step_seconds']['p50'] * 1e6, record['cpu_seconds'] / record['steps'] * 1e6))
    return found


def measured_table(found):
    lines = ['| processes | start and end, s | ' + ' | '.join(f'step of {step}: added at the median, us | CPU a step, us'
                                                              for step in STEP_TIMES) + ' |',
             '|--:|--:|' + '--:|--:|' * len(STEP_TIMES)]
    for processes in PROCESSES:
        words = [str(processes), f'{statistics.median(found[("start", processes)]):.2f}']
        for step in STEP_TIMES:
            alone = [p50 for p50, _ in found[(step, 1)]]
            added = [p50 - one for (p50, _), one in zip(found[(step, processes)], alone)]
            spread = f' ({min(added):.0f} to {max(added):.0f})' if processes > 1 else ''
            words.append(f'{statistics.median(added):.0f}{spread}' if processes > 1 else '-')
            words.append(f'{statistics.median(cpu for _, cpu in found[(step, processes)]):.0f}')
        lines.append('| ' + ' | '.join(words) + ' |')
    return lines


def merged(build):
    lines = ['| processes | ranks of each | steps | what host_merge said |', '|--:|--:|--:|---|']
    tool = build / 'bench' / 'host_merge'
    if not tool.exists():
        return ['`host_merge` is not built (`ninja -C build/release host_merge`).']
    for processes, ranks, steps in ((1000, 1, 10000), (1000, 8, 10000), (12500, 8, 1000)):
        said = subprocess.run([tool, str(processes), str(ranks), str(steps)], capture_output=True, text=True,
                              check=True).stdout
        lines.append(f'| {processes:,} | {ranks} | {steps:,} | {re.sub(chr(10), "; ", said.strip())} |')
    return lines


def predicted(aforo, model, accelerators, replicas, place):
    words = ['predict', str(HERE / 'job.yaml'), str(HERE / 'storage.yaml'), '--accelerators', str(accelerators),
             '--per-host', '8', '--steps', '20', '--no-advice', f'checkpoint.model={model}']
    if replicas:
        words.append(f'checkpoint.data_parallel={replicas}')
    out = os.path.join(place, 'record.json')
    begin = time.monotonic()
    done = subprocess.run([aforo, *words, '--json', out, '--quiet'], capture_output=True, text=True, check=False)
    took = time.monotonic() - begin
    if done.returncode not in (0, 1):
        sys.exit(f'{" ".join(words)} ended with {done.returncode}: {done.stderr.strip()[-300:]}')
    with open(out, encoding='utf-8') as file:
        return json.load(file), took


def daly(pause, between):
    """Time between checkpoints by Daly (2006, equation 37), s."""
    if pause >= 2 * between:
        return between
    ratio = pause / (2 * between)
    return math.sqrt(2 * pause * between) * (1 + math.sqrt(ratio) / 3 + ratio / 9) - pause


def simulated_table(aforo):
    lines = ['| model | accelerators | hosts | ranks that write | GiB | pause, s | slowest rank | fastest | AU without | AU, one '
             'every 30 min | failure every | Daly\'s interval | pauses and lost work at it | simulated in, s |',
             '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|']
    hours = FAILED_DAYS * 24 * FAILED_ON / FAILURES  # of one accelerator between two
    with tempfile.TemporaryDirectory(prefix='aforo-scaling-') as place:
        for model, accelerators, replicas in GROWTH:
            record, took = predicted(aforo, model, accelerators, replicas, place)
            said = record['checkpoints']
            between = hours * 3600 / accelerators
            interval = daly(said['pause_seconds'], between)
            lost = said['pause_seconds'] / (interval + said['pause_seconds']) + (interval / 2) / between
            lines.append(
                f'| {model} | {accelerators:,} | {math.ceil(accelerators / 8):,} | {said["writers"]:,} | {said["bytes"] / GIB:,.0f} '
                f'| {said["pause_seconds"]:.1f} | {said["slowest_rank_seconds"]:.1f} | {said["fastest_rank_seconds"]:.1f} '
                f'| {100 * said["au_without"]:.1f} % | {100 * record["au"]:.1f} % | {between / 3600:,.1f} h '
                f'| {interval / 60:,.1f} min | {100 * lost:.1f} % | {took:.1f} |')
    return lines


def published(aforo):
    """Of each published checkpoint that is written: a rank's rate from the slowest one, and what follows for another rank."""
    lines = ['| published | slowest rank, as reckoned | follows: GiB/s of a rank | another rank, published s | foretold s | '
             'by a pipe that all share |', '|---|--:|--:|--:|--:|--:|']
    with open(REPOSITORY / 'data' / 'published' / 'checkpoints.csv', encoding='utf-8') as file:
        rows = [row for row in csv.DictReader(line for line in file if not line.startswith('#'))
                if row['operation'] == 'write']
    with tempfile.TemporaryDirectory(prefix='aforo-scaling-') as place:
        text = (HERE / 'storage.yaml').read_text().split('client:')[0]
        for row in rows:
            ranks, rate = int(row['ranks']), float(row['rate'])
            found = []
            for one, all_ranks in ((rate / ranks, rate), (rate, rate)):  # by rank, or one pipe
                storage = os.path.join(place, 'storage.yaml')
                with open(storage, 'w', encoding='utf-8') as file:
                    file.write(text + f"""tiers:
  - name: shared
    share: 100 %
    curves:
      - {{read: file, mode: buffered, from: storage, size: 1 MiB, points: [{{concurrency: 1, rate: 100000 /s}}]}}
    writes:
      - {{write: buffered, sync: yes, points: [{{writers: 1, rate: {one} GiB/s}}, {{writers: {ranks}, rate: {all_ranks} GiB/s}}]}}
""")
                out = os.path.join(place, 'record.json')
                subprocess.run([aforo, 'predict', str(HERE / 'job.yaml'), storage, '--accelerators', str(ranks), '--steps', '20',
                                '--no-advice', f'checkpoint.model={row["model"]}', '--json', out, '--quiet'], check=False,
                               capture_output=True)
                with open(out, encoding='utf-8') as file:
                    found.append(json.load(file)['checkpoints'])
            by_rank, pipe = found
            slowest = by_rank['bytes'] / GIB / rate
            scale = slowest / by_rank['slowest_rank_seconds']
            lines.append(f'| {row["system"]}, {row["model"]}, {ranks} ranks on {row["hosts"]} hosts ({row["edition"]}) '
                         f'| {slowest:.1f} s, {rate} GiB/s | {rate / ranks / scale:.3f} '
                         f'| {row["least"]} to {row["most"]} (rank {row["rank"]}) '
                         f'| {by_rank["fastest_rank_seconds"] * scale:.1f} '
                         f'| {pipe["fastest_rank_seconds"] * slowest / pipe["slowest_rank_seconds"]:.1f} |')
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default=str(REPOSITORY / 'build' / 'release'))
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--no-mpi', action='store_true', help='only what is simulated; the page keeps no measurement')
    parser.add_argument('-o', '--output', default=str(REPOSITORY / 'docs' / 'scaling.md'))
    options = parser.parse_args()
    build = pathlib.Path(options.build).resolve()
    aforo = str(build / 'aforo')
    load = machine.load_average()
    parts = [(HERE / 'page.md').read_text()]
    words = {
        'measured': '\n'.join(measured_table(measured(aforo, options.rounds))) if not options.no_mpi else 'Not measured.',
        'merged': '\n'.join(merged(build)) if not options.no_mpi else 'Not measured.',
        'simulated': '\n'.join(simulated_table(aforo)), 'published': '\n'.join(published(aforo)),
        'rounds': str(options.rounds), 'cores': str(os.cpu_count()), 'load': f'{load:.2f}',
        'date': datetime.date.today().isoformat(),
        'hours': f'{FAILED_DAYS * 24 * FAILED_ON / FAILURES:,.0f}'}
    page = parts[0]
    for key, value in words.items():
        page = page.replace('{' + key + '}', value)
    pathlib.Path(options.output).write_text(page)


if __name__ == '__main__':
    main()
