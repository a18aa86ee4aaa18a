#!/usr/bin/env python3
"""Measures what decoding a sample costs one core: the source of `loader.preprocess` in the presets.

  bench/decode/run.py [--out DIR] [--rounds 7] [--only CASE]

Installs requirements.txt into a temporary environment, which is removed at the end, and writes README.md and
decode.json to bench/decode/runs/<date>-<cores>-core (or DIR). About five minutes.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent


def processor():
    for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.split(':', 1)[1].strip()
    return platform.machine()


def python_with_requirements(place):
    venv.create(place, with_pip=True)
    python = pathlib.Path(place) / 'bin' / 'python'
    subprocess.run([python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:',
                    '-r', HERE / 'requirements.txt'], check=True)
    return python


def page(result):
    lines = ['# What decoding costs one core', '',
             f'{result["date"]}, {result["machine"]}. `{result["command"]}`.', '',
             'CPU time of one core per sample, median of the rounds, with the least and the most. '
             'Samples lie in memory; what each is made of stands in `inputs.py`, what is done to it in `cases.py`.', '',
             '| case | what | file, bytes | ms a sample | least | most | samples/s |',
             '|---|---|---:|---:|---:|---:|---:|']
    for case in result['cases']:
        ms = [1e3 * case[key] for key in ('median_s', 'least_s', 'most_s')]
        lines.append(f'| `{case["case"]}` | {case["what"]} | {case["sample_bytes"]:,} | {ms[0]:.3g} | {ms[1]:.3g} | '
                     f'{ms[2]:.3g} | {1e3 / ms[0]:,.0f} |')
    lines += ['', 'With ' + ', '.join(f'{name} {version}' for name, version in result['versions'].items())
              + f', Python {result["python"]}.', '']
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=pathlib.Path)
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--only', action='append', default=[], metavar='CASE')
    options = parser.parse_args()
    arguments = ['--rounds', str(options.rounds)]
    for name in options.only:
        arguments += ['--only', name]
    with tempfile.TemporaryDirectory(prefix='aforo-decode-') as place:
        python = python_with_requirements(place)
        made = subprocess.run([python, HERE / 'measure.py', *arguments], check=True, stdout=subprocess.PIPE)
    cores, today = os.cpu_count(), datetime.date.today().isoformat()
    result = {'date': today, 'machine': f'{cores}-core {platform.machine()}, {processor()}',
              'command': ' '.join(['bench/decode/run.py', *arguments]), 'python': platform.python_version(),
              **json.loads(made.stdout)}
    out = options.out or HERE / 'runs' / f'{today}-{cores}-core'
    out.mkdir(parents=True, exist_ok=True)
    (out / 'decode.json').write_text(json.dumps(result, indent=1) + '\n')
    (out / 'README.md').write_text(page(result))
    print(page(result))
    return 0


if __name__ == '__main__':
    sys.exit(main())
