#!/usr/bin/env python3
"""Compares aforo's predictions with measurements, on storages of known and unknown character.

  bench/accuracy/run.py --dir DIR [--memory-dir /dev/shm] [--only STORAGE]... [--quick] [--limit N] [--out FOLDER]
  bench/accuracy/run.py --dir DIR [--memory-dir /dev/shm] --seed N [--storages K] [--jobs M]

The first form makes the pairs of a table, the second ones that are drawn: K storages (26) with M jobs each (8), decided
by the seed alone.

Everything is laid in new directories below DIR (up to 9 GB) and below the memory directory (up to 2 GB) and removed at
the end. Loop devices, control groups and mounts are made where root is at hand, and taken down; what cannot be built is
skipped by name. Every pair is one line of FOLDER/pairs.jsonl; pairs that are there already are not made again.
"""
import argparse
import contextlib
import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from accuracy import cases, draw, families, known_limit, random_report, report, results
from accuracy.cgroups import Unavailable
from accuracy.pairs import Bench, Pace
from accuracy.storages import STORAGES, Places
from speed import machine
from speed.contest import say
from speed.measure import Failed

IDLE = 0.5
ENDS = (signal.SIGINT, signal.SIGTERM)
QUICK = Pace(probe_seconds=5, run_seconds=1.5, dataset_share=0.2)
QUICK_DRAWN = Pace(probe_seconds=5, run_seconds=1.5)  # drawn jobs fit their datasets, and not much smaller ones
REPOSITORY = report.REPOSITORY


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--dir', required=True, help='where files may be laid, on the disk to be measured')
    parser.add_argument('--memory-dir', default='', help='the same on a memory filesystem')
    parser.add_argument('--build', default=os.path.join(REPOSITORY, 'build', 'release'), help='the release build')
    parser.add_argument('--only', action='append', choices=list(STORAGES), metavar='STORAGE',
                        help='one of ' + ', '.join(STORAGES) + ' (repeatable)')
    parser.add_argument('--seed', type=int, metavar='N', help='draw storages and jobs by this seed')
    parser.add_argument('--storages', type=int, default=26, metavar='K', help='with --seed: so many storages [26]')
    parser.add_argument('--jobs', type=int, default=8, metavar='M', help='with --seed: so many jobs on each [8]')
    parser.add_argument('--family', action='append', choices=list(families.FAMILIES), metavar='FAMILY',
                        help='with --seed: of the drawn storages only these, one of ' + ', '.join(families.FAMILIES)
                             + ' (repeatable)')
    parser.add_argument('--quick', action='store_true',
                        help='one pair of each storage, short, kept nowhere but in --out: does it work?')
    parser.add_argument('--limit', type=int, metavar='N', help='make at most N pairs')
    parser.add_argument('--anyway', action='store_true', help='measure although the machine is not idle')
    parser.add_argument('--pause-while', metavar='FILE',
                        help='measure nothing while FILE exists, so that a long run can wait for other work; '
                             'FILE.paused says that it does')
    parser.add_argument('--out', help='folder for the results [bench/accuracy/runs/DATE-CORES-core, with --seed '
                                      'DATE-seed-N; with --quick nowhere]')
    parser.add_argument('--report', help='the page to render [docs/accuracy.md, with --seed docs/accuracy-random.md; '
                                         'with --quick OUT/accuracy.md]')
    options = parser.parse_args()
    for name, least in (('seed', 0), ('storages', 1), ('jobs', 1)):
        if getattr(options, name) is not None and getattr(options, name) < least:
            parser.error(f'--{name}: expected a number from {least}, found {getattr(options, name)}')
    if options.family and options.seed is None:
        parser.error('--family: expected --seed beside it, found none')
    if options.only and options.seed is not None:
        parser.error('--only: expected no --seed beside it (--family takes its place), found --seed')
    return options


def wanted(options, done):
    """The cases to make, by (storage, data, read): each of these is laid and probed once."""
    chosen = [c for c in cases.table() + cases.maxima() if not options.only or c.storage in options.only]
    if options.quick:
        first = {}
        for case in chosen:
            first.setdefault((case.storage, case.find_max and case.storage == 'disk'), case)
        chosen = list(first.values())
    return grouped([case for case in chosen if case.name not in done][:options.limit])


def grouped(chosen):
    storages = {}
    for case in chosen:
        storages.setdefault(case.storage, {}).setdefault((case.data, case.read), []).append(case)
    return storages


class Session:
    """Where results go, and how far it has got."""

    def __init__(self, options, out, context):
        self.options, self.path, self.context = options, os.path.join(out, 'pairs.jsonl'), context
        self.probes = os.path.join(out, 'probes')
        self.pace = Pace() if not options.quick else QUICK if options.seed is None else QUICK_DRAWN
        self.failures = 0

    def keep(self, entry):
        results.add(self.path, {**entry, **self.context})

    def pause(self):
        file = self.options.pause_while
        if not file or not os.path.exists(file):
            return
        with open(file + '.paused', 'w', encoding='utf-8'):
            pass
        while os.path.exists(file):
            time.sleep(0.5)
        os.unlink(file + '.paused')

    def leave_out(self, kind, name, reason):
        say(f'accuracy: {name} {kind}: {reason}')
        self.keep({'id': name, 'kind': kind, 'reason': str(reason),
                   'date': datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S UTC')})
        self.failures += kind == 'failed'

    def storage(self, name, what, build, groups, places, binary, note=None):
        """All pairs on a storage; whether it could be built. note: what is noted in a pair of a case, beside."""
        say(f'{name}: {what}')
        try:
            with build(places) as mounted:
                bench = Bench(binary, places.directory, mounted, self.pace, self.probes, diagnose=bool(note))
                for (data, read), chosen in groups.items():
                    self.dataset(bench, f'{name}/{data}/{read}', chosen, note)
        except Unavailable as reason:
            self.leave_out('skipped', name, reason)
            return False
        except Failed as failure:
            self.leave_out('failed', name, failure)
        return True

    def drawn(self, places, binary):
        """The first storages of the seed that this machine can build."""
        options, made, index, begin = self.options, 0, 0, time.monotonic()
        most = draw.rounds(options.storages, len(options.family or families.FAMILIES))
        while made < options.storages and index < most:
            storage = draw.candidate(options.seed, index, options.jobs)
            index += 1
            if options.family and storage.family not in options.family:
                continue
            chosen = [case for dataset in storage.datasets for case in dataset.cases]
            if options.quick:
                chosen = chosen[:1]
            left = [case for case in chosen if case.name not in results.done(results.read(self.path))]
            groups = grouped(left).get(storage.name, {})
            if not left or self.storage(storage.name, storage.what, storage.build, groups, places, binary,
                                        lambda case, pair, drawn=storage: note_drawn(drawn, case, pair)):
                made += 1
        now = datetime.datetime.now(datetime.timezone.utc)
        self.keep({'id': f'time-{now:%Y%m%dT%H%M%S}', 'kind': 'time', 'seed': options.seed, 'storages': made,
                   'seconds': round(time.monotonic() - begin), 'date': now.strftime('%Y-%m-%d %H:%M:%S UTC')})
        if made < options.storages:
            say(f'accuracy: only {made} of {options.storages} storages could be built')

    def dataset(self, bench, name, chosen, note=None):
        """A probe for every dataset; what fails is named, and the rest goes on."""
        try:
            self.pause()
            with bench.dataset(chosen[0]):
                self.pause()
                bench.probe(chosen[0])
                twice = []
                for case in chosen:
                    self.pause()
                    try:
                        pair = bench.pair(case, self.keep)
                        if note:
                            note(case, pair)
                    except Failed as failure:
                        self.leave_out('failed', case.name, failure)
                        continue
                    self.keep(pair)
                    if case.twice:
                        twice.append(pair)
                    self.tell(pair)
                for pair in twice:
                    self.pause()
                    try:
                        bench.again(pair)
                    except Failed as failure:
                        say(f'  {pair["id"]}: not measured again: {failure}')
                        continue
                    self.keep(pair)  # the later line counts
        except Failed as failure:
            self.leave_out('failed', name, failure)

    def tell(self, pair):
        if pair['kind'] == 'max':
            say(f'  {pair["id"]}: predicted {pair["predicted"]["max_accelerators"]}, '
                f'measured {pair["measured"]["max_accelerators"]} accelerators')
        else:
            say(f'  {pair["id"]}: predicted {100 * pair["predicted"]["au"]:.1f}, '
                f'measured {100 * pair["measured"]["au"]:.1f} %: {report.miss(pair):+.1f}')


def note_drawn(storage, case, pair):
    """What was drawn, and what limits the job by construction."""
    pair['drawn'] = {'seed': storage.seed, 'family': storage.family, 'parameters': storage.parameters,
                     'data': asdict(case.laid)}
    if not case.find_max:
        pair['true'] = known_limit.of_pair(pair)


def versions(binary):
    commit = subprocess.run(['git', '-C', REPOSITORY, 'describe', '--always', '--dirty', '--exclude=*'],
                            capture_output=True, text=True, check=False).stdout.strip()
    return {**machine.versions({'aforo': [binary, '--version']}), **({'commit': commit} if commit else {})}


@contextlib.contextmanager
def workplace(options):
    """New directories that everything is laid in; removed at the end, unless something is still mounted there."""
    with contextlib.ExitStack() as stack:
        made = []
        for parent in (options.dir, options.memory_dir):
            made.append(tempfile.mkdtemp(prefix='aforo-accuracy-', dir=os.path.abspath(parent)) if parent else '')
            if parent:
                stack.callback(remove, made[-1])
        yield Places(*made, os.path.join(os.path.abspath(options.build), 'bench', 'slowfs'))


def remove(directory):
    with open('/proc/mounts', encoding='utf-8') as file:
        if any(line.split()[1].startswith(directory + os.sep) for line in file):
            say(f'accuracy: {directory} still has something mounted and is left')
            return
    shutil.rmtree(directory, ignore_errors=True)


def take_down(number, _):
    """All that was set up is taken down, undisturbed by another of these signals."""
    for end in ENDS:
        signal.signal(end, signal.SIG_IGN)
    sys.exit(128 + number)


def main():
    options = parse()
    load = machine.load_average()
    if load > IDLE and not options.anyway and not options.quick:
        sys.exit(f'accuracy: expected an idle machine, found a load average of {load:.2f}: wait, or say --anyway')
    binary = os.path.join(os.path.abspath(options.build), 'aforo')
    if not os.access(binary, os.X_OK):
        sys.exit(f'accuracy: expected {binary}, found nothing to run: build it first (make accuracy)')
    for end in ENDS:
        signal.signal(end, take_down)
    with workplace(options) as places:
        date = datetime.date.today().isoformat()
        drawn = options.seed is not None
        out = options.out or (places.directory if options.quick else os.path.join(
            REPOSITORY, 'bench', 'accuracy', 'runs',
            f'{date}-seed-{options.seed}' if drawn else f'{date}-{os.cpu_count()}-core'))
        described = machine.describe(places.directory, places.memory)
        session = Session(options, out, {'machine': described, 'versions': versions(binary)})
        if drawn:
            session.drawn(places, binary)
            page = random_report.render(random_report.runs_with(out))
        else:
            for name, groups in wanted(options, results.done(results.read(session.path))).items():
                session.storage(name, *STORAGES[name], groups, places, binary)
            page = report.render(results.read(session.path), report.remarks(out))
        target = options.report or (os.path.join(out, 'accuracy.md') if options.quick else os.path.join(
            REPOSITORY, 'docs', 'accuracy-random.md' if drawn else 'accuracy.md'))
        with open(target, 'w', encoding='utf-8') as file:
            file.write(page)
        print(re.split('^## (?:By storage|By family|Limits)', page, flags=re.MULTILINE)[0], flush=True)
    sys.exit(2 if session.failures else 0)


if __name__ == '__main__':
    main()
