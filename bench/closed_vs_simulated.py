#!/usr/bin/env python3
"""Closed form beside simulation in `aforo size`: how far the arithmetic is off at the design that it chooses.

Draws sizings (preset, accelerators, capacity, place, target), asks each twice, with `--confirm 0` and with
`--confirm N`, and prints a page: by family the difference in AU of the closed form's choice, and what that choice
would cost beside the simulation's. The same seed draws the same sizings.

    bench/closed_vs_simulated.py --aforo build/release/aforo --seed 1 --cases 100 > table.md
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT_POINTS = 2  # of AU, which the closed form may miss at the winner


def draw(rng, presets):
    options = [rng.choice(presets), '-n', str(rng.choice([8, 16, 32, 64, 128])),
               '--where', rng.choice(['on-premises', 'cloud'])]
    capacity = rng.choice([None, '100TB', '500TB', '2PB'])
    target = rng.choice([None, '80%', '90%', '95%'])
    if capacity:
        options += ['--capacity', capacity]
    if target:
        options += ['--target', target]
    return options


def size(aforo, options, confirm):
    """The Record, or the sentence that refused it."""
    with tempfile.NamedTemporaryFile(suffix='.json') as file:
        done = subprocess.run([aforo, 'size', *options, '--confirm', str(confirm), '-q', '--json', file.name],
                              capture_output=True, text=True, check=False)
        text = pathlib.Path(file.name).read_text(encoding='utf-8')
        return (json.loads(text) if text else None), done.stderr.strip()


def at_place(record, options):
    """Designs that stand where was asked, best first."""
    return record['designs'] if record and record.get('designs') else []


def compare(closed, simulated):
    """Of one sizing; None where no design serves by either."""
    by_form, by_simulation = closed[0], simulated[0]
    again = next((d for d in simulated if d['name'] == by_form['name']), None)
    out = {'family': by_form['family_short'], 'same_family': by_form['family'] == by_simulation['family'],
           'same_design': by_form['name'] == by_simulation['name'], 'points': None, 'dearer': None,
           'refused': again is None, 'winner_simulated': by_simulation['method'] == 'simulate'}
    if again and again['method'] == 'simulate':
        out['points'] = 100 * (by_form['au'] - again['au'])
    if again:
        out['dearer'] = again['total_usd_per_month'] / by_simulation['total_usd_per_month'] - 1
    return out


def row(name, found):
    points = [abs(f['points']) for f in found if f['points'] is not None]
    signed = [f['points'] for f in found if f['points'] is not None]
    dearer = [f['dearer'] for f in found if f['dearer'] is not None]
    share = lambda key: f"{sum(f[key] for f in found)}"
    number = lambda values, of: f'{of(values):.2f}' if values else '-'
    return (f"| {name} | {len(found)} | {number(points, statistics.mean)} | {number(points, statistics.median)} | "
            f"{number(points, max)} | {number(signed, statistics.mean)} | "
            f"{sum(p > LIMIT_POINTS for p in points)} | {share('same_design')} | {share('same_family')} | "
            f"{share('refused')} | {100 * max(dearer):.1f} % |" if dearer else
            f"| {name} | {len(found)} | - | - | - | - | - | {share('same_design')} | {share('same_family')} | "
            f"{share('refused')} | - |")


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument('--aforo', default=str(ROOT / 'build/release/aforo'))
    asked.add_argument('--seed', type=int, default=1)
    asked.add_argument('--cases', type=int, default=100)
    asked.add_argument('--confirm', type=int, default=3, help='designs simulated in the second sizing [3]')
    asked.add_argument('--details', help='write every case to this file, a JSON object a line')
    args = asked.parse_args()
    rng = random.Random(args.seed)
    presets = sorted(path.stem for path in (ROOT / 'data/workloads').glob('*.yaml'))
    found, refused = [], []
    with open(args.details or os.devnull, 'w', encoding='utf-8') as details:
        for case in range(args.cases):
            options = draw(rng, presets)
            print(f'{case + 1}/{args.cases} {" ".join(options)}', file=sys.stderr)
            closed, why = size(args.aforo, options, 0)
            simulated, _ = size(args.aforo, options, args.confirm)
            a, b = at_place(closed, options), at_place(simulated, options)
            one = compare(a, b) if a and b else {'family': 'none', 'why': why, 'closed': len(a), 'simulated': len(b)}
            (found if a and b else refused).append(one)
            print(json.dumps({'options': options, **one}), file=details, flush=True)
    print('| family that the closed form chose | sizings | mean | median | most | mean with sign (closed - simulated) '
          f'| above {LIMIT_POINTS} | same design | same family | refused by simulation | dearer at most |')
    print('|---|---|---|---|---|---|---|---|---|---|---|')
    for family in sorted({f['family'] for f in found}):
        print(row(family, [f for f in found if f['family'] == family]))
    print(row('**all**', found))
    print(f'\n{len(refused)} sizings of {args.cases} have no design by one of the two.')


if __name__ == '__main__':
    main()
