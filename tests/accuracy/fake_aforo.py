#!/usr/bin/python3
"""aforo with a probe and predictions that are made up; everything else is the real one's (AFORO).

The made-up storage gives 1000 samples/s, or what MADE_UP_RATE says, and AU is what the accelerators may ask of that.
"""
import json
import os
import re
import sys


def field(text, pattern):
    return float(re.search(pattern, text).group(1))


def main():
    words = sys.argv[1:]
    if words[0] not in ('probe', 'predict'):
        os.execv(os.environ['AFORO'], ['aforo'] + words)
    record = {'command': words[0]}
    if words[0] == 'probe':
        with open(words[words.index('-o') + 1], 'w', encoding='utf-8') as file:
            file.write('made up\n')
    else:
        with open(words[1], encoding='utf-8') as file:
            text = file.read()
        step = 1e-6 * field(text, r'step_time: ([0-9.]+) us')
        demand = field(text, r'count: (\d+)') * field(text, r'batch_size: (\d+)') / step
        rate = float(os.environ.get('MADE_UP_RATE', 1000))
        au = min(1.0, rate / demand)
        record.update(au=au, au_interval=[0.9 * au, min(1.0, 1.1 * au)], samples_per_second=min(demand, rate),
                      method='made-up', max_accelerators=3)
    with open(words[words.index('--json') + 1], 'w', encoding='utf-8') as file:
        json.dump(record, file)


if __name__ == '__main__':
    main()
