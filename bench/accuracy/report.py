#!/usr/bin/env python3
"""Renders docs/accuracy.md from pairs that were kept.

  bench/accuracy/report.py [PAIRS.jsonl]... [-o docs/accuracy.md]

Without a file: the latest of bench/accuracy/runs that is of the table. Drawn cases have a page of their own
(random_report.py).
"""
import argparse
import collections
import glob
import os
import sys

if __name__ == '__main__':
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from accuracy import results
from accuracy.storages import STORAGES

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOALS = {'mean': 2, 'worst': 6}  # points of AU
WORST = 10


def miss(pair):
    """Points of AU, predicted - measured."""
    return 100 * (pair['predicted']['au'] - pair['measured']['au'])


def noise(pair):
    return 100 * abs(pair['again']['au'] - pair['measured']['au'])


def inside(pair):
    low, high = pair['predicted']['au_interval']
    return low <= pair['measured']['au'] <= high


def maximum_near(pair):
    """Within 5 % or one accelerator."""
    predicted, measured = pair['predicted']['max_accelerators'], pair['measured']['max_accelerators']
    return abs(predicted - measured) <= max(1, 0.05 * measured)


def share(count, of):
    return f'{100 * count / of:.0f} %' if of else ''


def figures(pairs):
    """mean and worst |miss|, mean miss, and the shares within 2 and within 6 points."""
    errors = [miss(pair) for pair in pairs]
    sizes = [abs(error) for error in errors]
    return {'count': len(pairs), 'mean': sum(sizes) / len(sizes), 'worst': max(sizes),
            'bias': sum(errors) / len(errors), 'within_2': sum(s <= 2 for s in sizes),
            'within_6': sum(s <= 6 for s in sizes)}


def _row(name, found):
    return (f'| {name} | {found["count"]} | {found["mean"]:.1f} | {found["worst"]:.1f} | {found["bias"]:+.1f} '
            f'| {share(found["within_2"], found["count"])} | {share(found["within_6"], found["count"])} |')


def _groups(pairs, title, key):
    groups = collections.defaultdict(list)
    for pair in pairs:
        groups[key(pair)].append(pair)
    lines = [f'| {title} | pairs | mean | worst | bias | within 2 | within 6 |', '|---|--:|--:|--:|--:|--:|--:|']
    return lines + [_row(name, figures(group)) for name, group in groups.items()]


def judged(met):
    return 'met' if met else '**missed**'


def _summary(pairs, maxima):
    found = figures(pairs)
    measured = [100 * pair['measured']['au'] for pair in pairs]
    lines = ['## Summary', '', f'{len(pairs)} pairs; measured AU from {min(measured):.0f} % to {max(measured):.0f} %.',
             '', '| | found | goal | |', '|---|--:|--:|---|']
    for key in ('mean', 'worst'):
        lines.append(f'| {key} difference of AU, points | {found[key]:.1f} | {GOALS[key]} '
                     f'| {judged(found[key] <= GOALS[key])} |')
    knee = [abs(miss(pair)) for pair in pairs if 0.3 <= pair['measured']['au'] < 0.99]
    if knee:
        lines.append(f'| mean difference of the {len(knee)} pairs with a measured AU of 30 to 99 % '
                     f'| {sum(knee) / len(knee):.1f} | | |')
    lines += [f'| within 2 points | {share(found["within_2"], found["count"])} | | |',
              f'| within 6 points | {share(found["within_6"], found["count"])} | | |']
    with_interval = [pair for pair in pairs if 'au_interval' in pair['predicted']]
    if with_interval:
        lines.append(f'| measured AU inside the predicted interval '
                     f'| {share(sum(map(inside, with_interval)), len(with_interval))} | | |')
    if maxima:
        near = sum(map(maximum_near, maxima))
        lines.append(f'| largest number of accelerators within 5 % or one | {near} of {len(maxima)} | 9 of 10 '
                     f'| {judged(10 * near >= 9 * len(maxima))} |')
    twice = [noise(pair) for pair in pairs if 'again' in pair]
    if twice:
        lines.append(f'| noise floor: the same measurement twice ({len(twice)} pairs), mean and worst '
                     f'| {sum(twice) / len(twice):.1f}, {max(twice):.1f} | | |')
    return lines + ['']


def _method(pair):
    return pair['predicted'].get('method', '')


def shape(config):
    """A job in words: 4 x 8 workers, ..."""
    return (f'{config["accelerators"]} accelerators x {config["workers"]} workers, prefetch {config["prefetch"]}, '
            f'batch {config["batch"]}, {"barrier" if config["synchronous"] else "no barrier"}, '
            f'step {1e3 * config["step_seconds"]:.3g} ms'
            + (f', {config["epochs"]} epochs' if config['epochs'] > 1 else ''))


def au_text(pair):
    predicted = pair['predicted']
    text = f'{100 * predicted["au"]:.1f}'
    if 'au_interval' in predicted:
        low, high = predicted['au_interval']
        text += f' ({100 * low:.1f} - {100 * high:.1f})'
    return text


def worst_lines(pairs, storage, title, of):
    """The section on the largest misses. storage: a pair's, as named; title: of the last column but one, in which stands
    what `of` says of a pair."""
    lines = [f'## The worst {min(WORST, len(pairs))}', '',
             f'| storage | data | read | job | predicted AU, % | measured | difference | noise | {title} | limit found |',
             '|---|---|---|---|--:|--:|--:|--:|---|---|']
    for pair in sorted(pairs, key=lambda pair: -abs(miss(pair)))[:WORST]:
        config = pair['config']
        twice = f'{noise(pair):.1f}' if 'again' in pair else ''
        lines.append(f'| {storage(pair)} | {config["data"]} | {config["read"]} | {shape(config)} | {au_text(pair)} '
                     f'| {100 * pair["measured"]["au"]:.1f} | {miss(pair):+.1f} | {twice} | {of(pair)} '
                     f'| {pair["measured"].get("limit", "")} |')
    return lines + ['']


def maxima_lines(pairs):
    lines = ['## Largest number of accelerators', '', '| storage | data | job | predicted | measured | |',
             '|---|---|---|--:|--:|---|']
    for pair in pairs:
        measured = pair['measured']
        text = str(measured['max_accelerators'])
        if 'max_accelerators_interval' in measured:
            text += ' ({} - {})'.format(*measured['max_accelerators_interval'])
        job = shape(pair['config']).split(' x ', 1)[1]
        lines.append(f'| {pair["config"]["storage"]} | {pair["config"]["data"]} | {job} '
                     f'| {pair["predicted"]["max_accelerators"]} | {text} | {judged(maximum_near(pair))} |')
    return lines + ['']


def left_out(found):
    """What has no pairs, and why. A storage or dataset that a later session could measure is not named."""
    measured = [name for name, entry in found.items() if entry['kind'] in ('au', 'max')]
    lines = []
    for kind, title in (('skipped', 'Left out on this machine'), ('failed', 'Could not be measured')):
        entries = [entry for entry in found.values() if entry['kind'] == kind
                   and not any(name.startswith(entry['id'] + '/') for name in measured)]
        if entries:
            lines += [f'## {title}', ''] + [f'- {entry["id"]}: {entry["reason"]}' for entry in entries] + ['']
    return lines


def _storages(pairs):
    names = {pair['config']['storage'] for pair in pairs}
    return ['Storages:', ''] + [f'- `{name}`: {what}' for name, (what, _) in STORAGES.items() if name in names] + ['']


def machine_lines(pairs):
    last = max(pairs, key=lambda pair: pair['date'])
    machine = dict(last['machine'])
    machine['memory'] = f'{machine.pop("memory_bytes", 0) / 2**30:.1f} GiB'
    lines = ['## Machine and commands', '', '- ' + '; '.join(
        f'{key.replace("_", " ")}: {value}' for key, value in machine.items() if not isinstance(value, dict))]
    commits = collections.Counter(pair['versions'].get('commit', 'unknown') for pair in pairs)
    by_commit = ', '.join(f'{commit} ({count} pairs)' for commit, count in commits.most_common())
    lines.append(f'- measured {min(pair["date"] for pair in pairs)[:10]} to {last["date"][:10]} with '
                 f'{last["versions"].get("aforo", "aforo")} at commit {by_commit}')
    lines += ['', 'The commands of the last pair, after the data was laid and the step time chosen:', '']
    return lines + [f'    {command}' for command in last['commands']] + ['']


def _all(pairs):
    lines = ['## Every pair', '', '| storage | data | read | job | asked | predicted AU, % | measured | difference |',
             '|---|---|---|---|--:|--:|--:|--:|']
    for pair in pairs:
        config = pair['config']
        lines.append(f'| {config["storage"]} | {config["data"]} | {config["read"]} | {shape(config)} '
                     f'| {config["ratio"]:g} | {au_text(pair)} | {100 * pair["measured"]["au"]:.1f} | {miss(pair):+.1f} |')
    return lines + ['']


INTRODUCTION = """# How accurate are aforo's predictions?

Generated by `make accuracy` from `bench/accuracy`; only the remarks on the misses are written by hand. Every pair is
made in this order: a dataset is laid on a storage, `aforo probe` looks at it for some seconds, the step time of a job is
chosen *from the probe* so that jobs lie on both sides of the knee, `aforo predict` says what the job will see, and only
then `aforo run` measures it. The difference is predicted - measured AU in percentage points. *Asked* is what the
accelerators could use, over what the storage was predicted to give them without any compute; less where a step would
be shorter than 0.3 ms, which no accelerator computes. The noise floor measures a job again after the others of its
dataset. A measurement during which other programs used 15 % of the machine is made again, up to three times, and the
least disturbed is kept.

These cases were chosen, and the model was changed while they were looked at. What it is worth on cases that nobody chose
is stated in [accuracy-random.md](accuracy-random.md). How near the closed forms are to the simulation is another table:
[accuracy-closed-forms.md](accuracy-closed-forms.md).
"""


def remarks(folder):
    """What was found out about the misses of the run in `folder`, by hand: its remarks.md, or nothing."""
    path = os.path.join(folder, 'remarks.md')
    if not os.path.exists(path):
        return ''
    with open(path, encoding='utf-8') as file:
        return file.read()


def render(found, why=''):
    """The page, from results.read()'s lines, and remarks on them."""
    pairs = [entry for entry in found.values() if entry['kind'] == 'au']
    maxima = [entry for entry in found.values() if entry['kind'] == 'max']
    lines = INTRODUCTION.splitlines() + ['']
    if not pairs:
        return '\n'.join(lines + ['Nothing was measured.', ''] + left_out(found))
    lines += _summary(pairs, maxima)
    if why:
        lines += ['## Where it misses, and why', '', why.strip(), '']
    lines += ['## By storage', '']
    lines += _groups(pairs, 'storage', lambda p: p['config']['storage'])
    lines += [''] + _storages(pairs)
    lines += ['## By workload', ''] + _groups(pairs, 'data', lambda p: p['config']['data']) + ['']
    lines += ['## By kind of job', ''] + _groups(
        pairs, 'job', lambda p: ('barrier' if p['config']['synchronous'] else 'no barrier')
        + (', 1 accelerator' if p['config']['accelerators'] == 1 else ', several accelerators')) + ['']
    lines += ['## By method', ''] + _groups(pairs, 'method', _method) + [''] + worst_lines(pairs, lambda pair: pair['config']['storage'], 'method', _method)
    if maxima:
        lines += maxima_lines(maxima)
    return '\n'.join(lines + left_out(found) + machine_lines(pairs) + _all(pairs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('pairs', nargs='*', help='pairs.jsonl of one or more runs')
    parser.add_argument('-o', '--output', default=os.path.join(REPOSITORY, 'docs', 'accuracy.md'))
    options = parser.parse_args()
    runs = sorted(glob.glob(os.path.join(REPOSITORY, 'bench', 'accuracy', 'runs', '*-core', 'pairs.jsonl')))
    found, why = {}, ''
    for path in options.pairs or runs[-1:]:
        if not os.path.exists(path):
            sys.exit(f'accuracy: expected pairs that were kept, found no {path}')
        found.update(results.read(path))
        why += remarks(os.path.dirname(path))
    if not found:
        sys.exit('accuracy: expected pairs that were kept, found none: run make accuracy')
    with open(options.output, 'w', encoding='utf-8') as file:
        file.write(render(found, why))


if __name__ == '__main__':
    main()
