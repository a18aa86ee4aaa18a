#!/usr/bin/env python3
"""Renders docs/accuracy-random.md from the runs of drawn cases that were kept.

  bench/accuracy/random_report.py [RUN]... [-o docs/accuracy-random.md]

RUN is a folder [all of bench/accuracy/runs whose names end with -seed-N]. Which seeds were used for tuning, which to
calibrate the intervals (calibrate.py), and when the model was changed last, stands in bench/accuracy/seeds.json.
"""
import argparse
import collections
import glob
import json
import math
import os
import sys
from dataclasses import dataclass

if __name__ == '__main__':
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from accuracy import draw, known_limit, report, results, truth
from accuracy.chance import Choice
from accuracy.families import ALL_LAYOUTS, FAMILIES, FILES, MOST_DISK, MOST_MEMORY
from accuracy.random_text import DRAWING, INTRODUCTION, TRUTH

SEEDS = os.path.join(report.REPOSITORY, 'bench', 'accuracy', 'seeds.json')
LEAST_PAIRS, LEAST_STORAGES = 200, 25
GOALS = (('mean', 'mean difference of AU, points', 2.0), ('median', 'median difference', 1.2),
         ('nine_in_ten', 'nine in ten within', 5.0), ('worst', 'worst difference', 12.0))
COVERAGE = {'au_interval': ('95 %', 0.90, 0.98), 'au_interval_50': ('50 %', 0.42, 0.58)}
LEAST_RIGHT, MOST_UNKNOWN = 0.85, 0.05


@dataclass(frozen=True)
class Run:
    folder: str
    found: dict  # as results.read() has it
    fresh: bool
    why: str  # it is not fresh
    calibrates: bool = False  # the intervals, which are not judged by it

    def of(self, kind):
        return [entry for entry in self.found.values() if entry['kind'] == kind]

    @property
    def seed(self):
        return next(entry['drawn']['seed'] for entry in self.found.values() if 'drawn' in entry)


def seeds(path=SEEDS):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def read_run(folder, known):
    """The run in a folder, or None where nothing was measured. known: seeds.json."""
    found = results.read(os.path.join(folder, 'pairs.jsonl'))
    drawn = [entry for entry in found.values() if 'drawn' in entry and entry['kind'] in ('au', 'max')]
    if not drawn:
        return None
    for pair in drawn:
        if pair['kind'] == 'au' and 'data' in pair['drawn']:  # as the page defines it now
            pair['true'] = known_limit.of_pair(pair)
    calibrates = str(drawn[0]['drawn']['seed']) in known.get('calibrating', {})
    for pair in drawn:
        pair['calibrates'] = calibrates
    why = known['tuned'].get(str(drawn[0]['drawn']['seed']), '')
    if not why and min(entry['date'] for entry in drawn) < known['model']['date']:
        why = 'measured before the last change of the model'
    return Run(folder, found, not why, why, calibrates)


def kept_folders():
    return sorted(glob.glob(os.path.join(report.REPOSITORY, 'bench', 'accuracy', 'runs', '*-seed-*')))


def runs_with(folder):
    """All runs that were kept, and the one in `folder`; of one that was kept nowhere, that one alone."""
    folder = os.path.abspath(folder)
    folders = kept_folders()
    known = seeds()
    return list(filter(None, (read_run(each, known) for each in (folders if folder in folders else [folder]))))


def figures(pairs):
    errors = [report.miss(pair) for pair in pairs]
    sizes = sorted(map(abs, errors))
    return {'count': len(pairs), 'mean': sum(sizes) / len(sizes), 'median': quantile(sizes, 0.5),
            'nine_in_ten': quantile(sizes, 0.9), 'worst': sizes[-1], 'bias': sum(errors) / len(errors)}


def quantile(values, share):
    """The smallest of the sorted values that at least this share of them do not exceed."""
    return values[max(0, math.ceil(share * len(values)) - 1)]


def holding(pairs, key):
    """(how many measurements an interval of the prediction holds, of how many that have one), without those that the
    intervals were calibrated by."""
    have = [pair for pair in pairs if key in pair['predicted'] and not pair.get('calibrates')]
    bounds = [(pair['predicted'][key], pair['measured']['au']) for pair in have]
    return sum(low <= au <= high for (low, high), au in bounds), len(have)


def range_of_share(count, of):
    """95 % interval of a share by Wilson: what so many pairs can say."""
    z = 1.96
    middle = (count + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * math.sqrt(count * (of - count) / of + z * z / 4)
    return middle - half, middle + half


def coverage(pairs, key):
    """The words of a cell: the share, and what it means for the goal."""
    count, of = holding(pairs, key)
    if not of:
        return ''
    _, least, most = COVERAGE[key]
    low, high = range_of_share(count, of)
    word = ''
    if not least <= count / of <= most:
        word = ' **missed**' if high < least or low > most else ' (too few to tell)'
    return f'{report.share(count, of)}{word}'


def is_right(pair):
    return pair['measured']['limit'] in pair['true']['right']


def verdicts(pairs):
    return [pair for pair in diagnosed(pairs) if pair['true']['right']]


def diagnosed(pairs):
    return [pair for pair in pairs if 'true' in pair and 'verdict' in pair['measured']]


def by(pairs, key):
    groups = collections.defaultdict(list)
    for pair in pairs:
        groups[key(pair)].append(pair)
    return groups


def family(pair):
    return pair['drawn']['family']


def storage(pair):
    return pair['config']['storage']


def summary(pairs, maxima):
    lines = ['| | found | goal | |', '|---|--:|--:|---|']

    def row(what, found, goal='', met=None):
        lines.append(f'| {what} | {found} | {goal} | {"" if met is None else report.judged(met)} |')
    storages = len(set(map(storage, pairs)))
    row('pairs', len(pairs), f'{LEAST_PAIRS} or more', len(pairs) >= LEAST_PAIRS)
    row('storages', storages, f'{LEAST_STORAGES} or more', storages >= LEAST_STORAGES)
    found = figures(pairs)
    for key, what, goal in GOALS:
        row(what, f'{found[key]:.1f}', goal, found[key] <= goal)
    twice = sorted(report.noise(pair) for pair in pairs if 'again' in pair)
    if twice:
        values = (sum(twice) / len(twice), quantile(twice, 0.5), quantile(twice, 0.9), twice[-1])
        row(f'noise floor: the same measurement twice ({len(twice)} pairs), mean, median, nine in ten, worst',
            ', '.join(f'{value:.1f}' for value in values))
    if maxima:
        near = sum(map(report.maximum_near, maxima))
        row('largest number of accelerators within 5 % or one', f'{near} of {len(maxima)}', 'nine in ten',
            10 * near >= 9 * len(maxima))
    for key, (name, least, most) in COVERAGE.items():
        count, of = holding(pairs, key)
        if of:
            row(f'measured AU inside the {name} interval', report.share(count, of),
                f'{100 * least:.0f} to {100 * most:.0f} %', least <= count / of <= most)
        else:
            row(f'measured AU inside the {name} interval', 'not judged: no fresh seed states it', f'{100 * least:.0f} to '
                f'{100 * most:.0f} %')
    told = verdicts(pairs)
    if told:
        right = sum(map(is_right, told))
        unknown = sum(pair['measured']['limit'] == 'unknown' for pair in told)
        row(f'limit told rightly (of {len(diagnosed(pairs))} runs with diagnosis the {len(told)} whose limit is known)', report.share(right, len(told)),
            f'{100 * LEAST_RIGHT:.0f} % or more', right >= LEAST_RIGHT * len(told))
        row("limit 'unknown'", report.share(unknown, len(told)), f'{100 * MOST_UNKNOWN:.0f} % or less',
            unknown <= MOST_UNKNOWN * len(told))
    return lines + ['']


def groups(title, found):
    lines = [f'| {title} | pairs | storages | mean | median | nine in ten | worst | bias | in 95 % | in 50 % '
             '| limit right |', '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|']
    for name, pairs in found:
        one, told = figures(pairs), verdicts(pairs)
        lines.append(
            f'| {name} | {one["count"]} | {len(set(map(storage, pairs)))} | {one["mean"]:.1f} | {one["median"]:.1f} '
            f'| {one["nine_in_ten"]:.1f} | {one["worst"]:.1f} | {one["bias"]:+.1f} | {coverage(pairs, "au_interval")} '
            f'| {coverage(pairs, "au_interval_50")} | {report.share(sum(map(is_right, told)), len(told))} |')
    return lines + ['']


def verdict_table(pairs):
    """True limits as rows, found ones as columns; what is right is bold."""
    told = verdicts(pairs)
    if not told:
        return []
    columns = [name for name, _ in collections.Counter(pair['measured']['limit'] for pair in told).most_common()]
    lines = ['| true limit | runs | right | ' + ' | '.join(columns) + ' |', '|---|--:|--:|' + '--:|' * len(columns)]
    rows = by(told, lambda pair: pair['true']['cause'])
    for cause in truth.CAUSES:
        if cause not in rows:
            continue
        cells = []
        for column in columns:
            here = [pair for pair in rows[cause] if pair['measured']['limit'] == column]
            right = sum(map(is_right, here))
            cells.append(f'**{len(here)}**' if here and right == len(here) else f'{len(here)} ({right} right)' if right
                         else str(len(here) or ''))
        lines.append(f'| {cause} | {len(rows[cause])} | {report.share(sum(map(is_right, rows[cause])), len(rows[cause]))} '
                     f'| {" | ".join(cells)} |')
    return lines + ['']


def _counts(run):
    if not run.fresh:
        return 'no: ' + run.why
    return 'yes, but for intervals: it calibrated them' if run.calibrates else 'yes'


def seeds_table(runs):
    lines = ['| seed | measured | at commit | storages | pairs | mean | median | nine in ten | worst | in 95 % | limit right '
             '| minutes | counts |', '|--:|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|']
    for run in runs:
        pairs = run.of('au')
        if not pairs:
            continue
        one, told = figures(pairs), verdicts(pairs)
        minutes = sum(entry['seconds'] for entry in run.of('time')) / 60
        commits = ', '.join(dict.fromkeys(pair['versions'].get('commit', 'unknown') for pair in pairs))
        lines.append(
            f'| {run.seed} | {min(pair["date"] for pair in pairs)[:16]} | {commits} | {len(set(map(storage, pairs)))} '
            f'| {len(pairs)} | {one["mean"]:.1f} | {one["median"]:.1f} | {one["nine_in_ten"]:.1f} | {one["worst"]:.1f} '
            f'| {report.share(*holding(pairs, "au_interval"))} | {report.share(sum(map(is_right, told)), len(told))} '
            f'| {f"{minutes:.0f}" if minutes else ""} | {_counts(run)} |')
    return lines + ['']


def _range(possible, unit=1, name=''):
    """The words of a Range or a Choice; a Range in a unit of that size and name."""
    if isinstance(possible, Choice):
        counts = collections.Counter(possible.of)
        return ', '.join(f'{value}' + (f' ({count}x)' if count > 1 else '') for value, count in counts.items())
    return f'{possible.low / unit:g} to {possible.high / unit:g}{name}'


UNITS = {'bandwidth': (1e6, ' MB/s'), 'requests': (1, '/s'), 'open': (1, ' ms'), 'read': (1, ' ms')}


def _families(wanted):
    return ', '.join(name for name, kind in FAMILIES.items() if wanted(kind))


def ranges():
    lines = DRAWING.format(disk=MOST_DISK / 1e9, memory=MOST_MEMORY / 1e9, least_steps=draw.LEAST_STEPS,
                           seconds=draw.RUN_SECONDS, readers=draw.MOST_READERS, requests=draw.MOST_REQUESTS,
                           per_dataset=draw.JOBS_PER_DATASET, twice=draw.TWICE_EVERY).splitlines()
    lines += ['', '| family | what it is | drawn |', '|---|---|---|']
    for name, kind in FAMILIES.items():
        drawn = '; '.join(f'{key.replace("_", " ")}: {_range(possible, *UNITS.get(key, ()))}'
                          for key, possible in kind.ranges.items() if key != 'slowfs_seed')
        lines.append(f'| `{name}` | {kind.what} | {drawn} |')
    jobs = {
        'layout': _range(Choice(ALL_LAYOUTS)) + '; only files on ' + _families(lambda kind: kind.layouts == (FILES,)),
        'framework': 'tensorflow, or pytorch for one in three, where the layout is tfrecord; else pytorch',
        'content of a file': _range(draw.CONTENTS) + '; raw where it is compressed',
        'bytes of a sample': f'{_range(draw.FILE_BYTES, 1e3, " kB")} as files, {_range(draw.PACKED_BYTES, 1e3, " kB")} '
                             f'in shards of {_range(draw.SHARD_BYTES, 1e6, " MB")}',
        'spread of sizes': f'none, or for {100 * draw.SPREAD_SHARE:.0f} % lognormal with a coefficient of variation of '
                           f'{_range(draw.SPREAD)}',
        'read': 'buffered, direct; only buffered on ' + _families(lambda kind: kind.reads == ('buffered',))
                + '; only direct on ' + _families(lambda kind: kind.reads == ('direct',)),
        'accelerators': _range(draw.ACCELERATORS), 'workers of each': _range(draw.WORKERS),
        'prefetch': _range(draw.PREFETCH), 'barrier': f'{100 * draw.BARRIER_SHARE:.0f} %',
        'epochs': '1 (3x), 2; page caches 2, 3; others read buffered through one 1',
        'batch': f'so that a step takes about {_range(draw.STEP, 1e-3, " ms")}',
        'asked of what the storage is predicted to give': f'{_range(draw.KNEE)} for {100 * draw.KNEE_SHARE:.0f} %, else '
                                                          f'{_range(draw.FAR)}'}
    lines += ['', '| of a dataset or a job | drawn |', '|---|---|']
    return lines + [f'| {what} | {words} |' for what, words in jobs.items()] + ['']


def left_out(runs):
    """What this machine lacks, by family; and what failed."""
    lines, skipped = [], {}
    for run in runs:
        for entry in run.of('skipped'):
            skipped.setdefault((entry['id'].split('-', 2)[-1], entry['reason']), entry)
    if skipped:
        lines += ['## Left out on this machine', '', 'Others were drawn in their place.', '']
        lines += [f'- {name}: {reason}' for name, reason in sorted(skipped)] + ['']
    failed = [entry for run in runs for entry in run.of('failed')]
    if failed:
        lines += ['## Could not be measured', ''] + [f'- {entry["id"]}: {entry["reason"]}' for entry in failed] + ['']
    return lines


def render(runs):
    """The page, from the runs (Run), in the order in which they are listed."""
    fresh = [run for run in runs if run.fresh]
    pairs = [pair for run in fresh for pair in run.of('au')]
    maxima = [pair for run in fresh for pair in run.of('max')]
    lines = INTRODUCTION.splitlines() + ['']
    lines += ['## Fresh seeds', '']
    lines += summary(pairs, maxima) if pairs else ['None was measured since the last change of the model.', '']
    why = ''.join(report.remarks(run.folder) for run in fresh)
    if why:
        lines += ['## Where it misses, and why', '', why.strip(), '']
    if runs:
        lines += ['## By seed', ''] + seeds_table(runs)
    if pairs:
        lines += ['## By family', ''] + groups('family', by(pairs, family).items())
        lines += ['## By layout', ''] + groups('layout', by(
            pairs, lambda pair: pair['config']['data'].split('-', 1)[1].rsplit('-', 1)[0]).items())
    lines += ['## Limits, found against true', ''] + verdict_table(pairs)
    lines += TRUTH.format(tie=100 * truth.TIE, stream=100 * truth.STREAM_TIE, open_only=100 * truth.OPEN_ONLY,
                          below_ms=1e3 * truth.BELOW[0], below_gb=truth.BELOW[1] / 1e9, ahead=truth.AHEAD / truth.MiB, block=truth.BLOCK / truth.KiB, full=100 * truth.CORES_FULL).splitlines() + ['']
    if pairs:
        lines += report.worst_lines(pairs, storage, 'true limit', lambda pair: pair['true']['cause'])
    if maxima:
        lines += report.maxima_lines(maxima)
    tuned = [pair for run in runs if not run.fresh for pair in run.of('au')]
    if tuned:
        lines += ['## Seeds that do not count', '', 'By family; what a change of the model is judged by while it is made.',
                  ''] + groups('family', by(tuned, family).items()) + verdict_table(tuned)
    lines += ['## What is drawn', ''] + ranges() + left_out(runs)
    return '\n'.join(lines + (report.machine_lines(pairs or tuned) if pairs or tuned else []))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('runs', nargs='*')
    parser.add_argument('-o', '--output', default=os.path.join(report.REPOSITORY, 'docs', 'accuracy-random.md'))
    options = parser.parse_args()
    known = seeds()
    found = list(filter(None, (read_run(folder, known) for folder in options.runs or kept_folders())))
    with open(options.output, 'w', encoding='utf-8') as file:
        file.write(render(found))


if __name__ == '__main__':
    main()
