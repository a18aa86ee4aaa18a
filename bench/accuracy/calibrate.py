#!/usr/bin/env python3
"""What the intervals of predictions have to be multiplied by, by split conformal prediction on held-back pairs.

  bench/accuracy/calibrate.py [RUN]... [--build build/release]

RUN is a folder of bench/accuracy/runs [those of the seeds that bench/accuracy/seeds.json names under `calibrating`]. Every
pair is predicted again from the probe that was kept; of |measured - predicted| over the half width on that side, of n
pairs, the ceil((n + 1) p)-th smallest is the factor for p = 95 % and 50 %. A class has a factor of its own where that leaves
4 of its pairs outside, else that of all. Left out are pairs on storage that takes the client's CPU whose probe ran the
job's loader with fewer than 8 readers, as probes no longer do where there are shards enough (src/probe/probe_loader.h).
The figures go into src/plan/prediction_error.cc by hand, with the pairs behind them.
"""
import argparse
import math
import os
import sys
from concurrent.futures import ThreadPoolExecutor

if __name__ == '__main__':
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from accuracy import again, random_report, report, results
from speed.measure import Failed

CLASSES = {0.015: 'kPastCache', 0.02: 'kCache', 0.03: 'kClient', 0.05: 'kAhead'}  # by model_error
LEAST_OUTSIDE = 4
MOST_OF_ONE_HOST, BUSY_READERS = 8, 8  # as the probe has them
LEVELS = (0.95, 0.5)


def score(pair):
    """|measured - predicted| over the half width there; None where the prediction does not say what made it."""
    parts = pair['predicted'].get('simulation')
    if not parts:
        return None
    difference = pair['measured']['au'] - pair['predicted']['au']
    spread = parts['au_by_spread'][1 if difference > 0 else 0]
    return abs(difference) / math.hypot(parts['au_half_width_by_chance'], spread, parts['model_error'])


def conformal(scores, level):
    """Infinite where there are too few scores to tell."""
    place = math.ceil((len(scores) + 1) * level)
    return sorted(scores)[place - 1] if place <= len(scores) else math.inf


def factors(scored):
    """By class: (pairs, {level: (factor, whether it is the class's own)}), from [(class, score)]."""
    every = [value for _, value in scored]
    out = {}
    for name in CLASSES.values():
        own = [value for of, value in scored if of == name]
        levels = {}
        for level in LEVELS:
            enough = (1 - level) * len(own) >= LEAST_OUTSIDE
            levels[level] = conformal(own if enough else every, level), enough
        out[name] = len(own), levels
    return out


def readers_of_probes(pairs):
    """{probe: how many readers of the job that it was made for}"""
    found = {}
    for pair in pairs:
        config = pair['config']
        found.setdefault(pair['probe'], min(config['accelerators'], MOST_OF_ONE_HOST) * config['workers'])
    return found


def runs_named(given):
    if given:
        return given
    names = random_report.seeds().get('calibrating', {})
    return [folder for folder in random_report.kept_folders() if folder.rsplit('-', 1)[1] in names]


def pairs_of(folder):
    return [pair for pair in results.read(os.path.join(folder, 'pairs.jsonl')).values()
            if pair['kind'] == 'au' and os.path.exists(again.probe_of(pair, folder))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', nargs='*')
    parser.add_argument('--build', default=os.path.join(report.REPOSITORY, 'build', 'release'))
    options = parser.parse_args()
    binary = os.path.join(options.build, 'aforo')
    runs = runs_named(options.run)
    if not runs:
        sys.exit('calibrate: expected folders of runs, or seeds under "calibrating" in bench/accuracy/seeds.json, found none')
    work, idle = [], set()
    for folder in runs:
        pairs = pairs_of(folder)
        readers = readers_of_probes(pairs)
        work += [(pair, folder) for pair in pairs]
        idle |= {(pair['id'], folder) for pair in pairs if readers[pair['probe']] < BUSY_READERS}
    try:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            pairs = list(threads.map(lambda of: again.predict(binary, *of), work))
    except Failed as failure:
        sys.exit(f'calibrate: {failure}')
    told = [(CLASSES[pair['predicted']['simulation']['model_error']], score(pair), (pair['id'], folder) in idle)
            for pair, (_, folder) in zip(pairs, work) if score(pair) is not None]
    scored = [(name, value) for name, value, few in told if not (few and name == 'kClient')]
    if not scored:
        sys.exit('calibrate: expected pairs with their probes, found none')
    print(f'{len(scored)} pairs; left out: {len(pairs) - len(told)} predicted by the closed form, '
          f'{len(told) - len(scored)} whose loader was measured by few readers')
    for name, (count, levels) in factors(scored).items():
        print(f'{name:<12}{count:4} pairs' + ''.join(
            f'   {100 * level:.0f} %: {factor:.3f}{"" if own else " (of all)"}' for level, (factor, own) in levels.items()))


if __name__ == '__main__':
    main()
