#!/usr/bin/env python3
"""Predicts again what was predicted and measured before, from the probes that were kept: nothing is measured.

  bench/accuracy/again.py [RUN] [--build build/release] [--only TEXT] [--each]

RUN is a folder of bench/accuracy/runs [the latest that is of the table]. Says how far the new predictions lie from the measurements that
were kept, beside the old ones, and how many measurements lie inside the predicted intervals. So a change of the model
is judged in minutes; a change of the probe is not.
"""
import argparse
import glob
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

if __name__ == '__main__':
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from accuracy import report, results
from accuracy.pairs import need
from accuracy.program import Aforo
from speed.measure import Failed

LIMIT = 180  # s, of one prediction


def probe_of(pair, folder):
    """The storage file that `pair` was predicted from; of runs that name none, the one kept of its dataset."""
    config = pair['config']
    name = pair.get('probe', f'{config["storage"]}-{config["data"]}-{config["read"]}.yaml')
    return os.path.join(folder, 'probes', name)


def predict(binary, pair, folder):
    """The pair as it would be predicted now."""
    with tempfile.TemporaryDirectory(prefix='aforo-again-') as place:
        workload = os.path.join(place, 'job.yaml')
        with open(workload, 'w', encoding='utf-8') as file:
            file.write(pair['workload'])
        record = Aforo(binary, place)(['predict', workload, probe_of(pair, folder), '--steps', pair['config']['steps'],
                                       '--no-advice', '--quiet'], LIMIT)
    return {**pair, 'predicted': need(record, 'au', ('au', 'au_interval', 'au_interval_50', 'method', 'simulation'))}


def width(pair):
    """Points of AU, of the predicted interval."""
    low, high = pair['predicted']['au_interval']
    return 100 * (high - low)


def middle(values):
    values = sorted(values)
    return values[len(values) // 2]


def row(name, pairs):
    found = report.figures(pairs)
    inside = sum(map(report.inside, pairs))
    widths = [width(pair) for pair in pairs]
    return (f'{name:<26}{found["count"]:>5}{found["mean"]:>7.2f}{found["worst"]:>7.1f}{found["bias"]:>+7.2f}'
            f'{report.share(inside, len(pairs)):>8}{middle(widths):>8.1f}{sum(widths) / len(widths):>8.1f}')


def table(before, now):
    """Old and new figures of all, and the new ones of every storage and of measured AU of 30 to 99 %."""
    lines = [f'{"":<26}{"pairs":>5}{"mean":>7}{"worst":>7}{"bias":>7}{"inside":>8}{"width":>8}{"mean":>8}',
             row('as predicted then', before), row('as predicted now', now)]
    knee = [pair for pair in now if 0.3 <= pair['measured']['au'] < 0.99]
    if knee:
        lines.append(row('  measured 30 to 99 %', knee))
    for storage in dict.fromkeys(pair['config']['storage'] for pair in now):
        lines.append(row('  ' + storage, [pair for pair in now if pair['config']['storage'] == storage]))
    return lines


def each(pair):
    low, high = pair['predicted']['au_interval']
    return (f'{pair["id"]:<66} {100 * pair["predicted"]["au"]:5.1f} ({100 * low:.1f} - {100 * high:.1f}), '
            f'measured {100 * pair["measured"]["au"]:.1f}: {report.miss(pair):+.1f}'
            f'{"" if report.inside(pair) else " outside"}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    runs = sorted(glob.glob(os.path.join(report.REPOSITORY, 'bench', 'accuracy', 'runs', '*-core')))
    parser.add_argument('run', nargs='?', default=runs[-1] if runs else '.')
    parser.add_argument('--build', default=os.path.join(report.REPOSITORY, 'build', 'release'))
    parser.add_argument('--only', default='', metavar='TEXT', help='pairs whose name holds TEXT')
    parser.add_argument('--each', action='store_true', help='a line for every pair')
    options = parser.parse_args()
    kept = [pair for pair in results.read(os.path.join(options.run, 'pairs.jsonl')).values()
            if pair['kind'] == 'au' and options.only in pair['id']]
    without = [pair for pair in kept if not os.path.exists(probe_of(pair, options.run))]
    if without:
        print(f'{len(without)} pairs are left out: their probes were not kept', file=sys.stderr)
    before = [pair for pair in kept if pair not in without]
    if not before:
        sys.exit(f'again: expected pairs with their probes in {options.run}, found none')
    binary = os.path.join(options.build, 'aforo')
    try:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            now = list(threads.map(lambda pair: predict(binary, pair, options.run), before))
    except Failed as failure:
        sys.exit(f'again: {failure}')
    for pair in now if options.each else []:
        print(each(pair))
    print('\n'.join(table(before, now)))


if __name__ == '__main__':
    main()
