#!/usr/bin/env python3
"""Measures aforo's speed beside its peers, on this machine, and keeps the result.

  bench/run.py --dir DIR [--memory-dir /dev/shm] [--only NAME]... [--quick] [--anyway]

Files are laid in a new directory below DIR (up to 8 GB) and removed at the end. Needs the release build with the
limit reader (`make bench` builds it and calls this); peers that are missing are left out by name. Refuses to measure
on a machine that is not idle (load average above 0.5) unless told --anyway; either way the load is kept with the
result.
"""
import argparse
import datetime
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from speed import accelerators, before, checkpoints, files, generate, hosts, large, machine, report
from speed.contest import say
from speed.measure import Failed
from speed.setting import Setting

BENCHMARKS = {
    'files-warm': files.files_warm,
    'files-direct': files.files_direct,
    'tfrecord': large.tfrecord,
    'large-samples': large.large_samples,
    'accelerators': accelerators.held_accelerators,
    'footprint': accelerators.footprint,
    'step-timing': accelerators.step_timing,
    'generate-large': generate.generate_large,
    'generate-small': generate.generate_small,
    'checkpoint-write': checkpoints.checkpoint_write,
    'checkpoint-restore': checkpoints.checkpoint_restore,
    'two-processes': hosts.two_processes,
    'before': before.before,
}
IDLE = 0.5
REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--dir', required=True, help='where the files may be laid, on the disk to be measured')
    parser.add_argument('--memory-dir', help='the same on a memory filesystem, for generate-small')
    parser.add_argument('--build', default=os.path.join(REPOSITORY, 'build', 'release'), help='the release build')
    parser.add_argument('--before', metavar='AFORO', help="another build's binary, which the benchmark 'before' holds this one against")
    parser.add_argument('--only', action='append', choices=list(BENCHMARKS), metavar='NAME',
                        help='one of ' + ', '.join(BENCHMARKS) + ' (repeatable)')
    parser.add_argument('--rounds', type=int, default=5, help='times that every contender runs [5]')
    parser.add_argument('--quick', action='store_true', help='small files, one round, nothing kept: does it work?')
    parser.add_argument('--anyway', action='store_true', help='measure although the machine is not idle')
    parser.add_argument('--out', help='folder for the results [bench/runs/DATE-CORES-core]')
    options = parser.parse_args()
    if not options.before and 'before' in (options.only or []):
        parser.error('expected --before AFORO beside --only before, found none')
    return options


def make_setting(options, directory, memory_directory):
    venv = os.path.join(REPOSITORY, '.venv', 'bin', 'python')
    pythons = [venv, '/usr/bin/python3']
    setting = Setting(
        repository=REPOSITORY, aforo=os.path.join(os.path.abspath(options.build), 'aforo'),
        limit_reader=os.path.join(os.path.abspath(options.build), 'bench', 'limit_reader'), directory=directory,
        memory_directory=memory_directory, fio=shutil.which('fio') or '',
        torch_python=machine.python_with('torch', pythons) or '',
        tensorflow_python=machine.python_with('tensorflow', pythons) or '',
        rounds=1 if options.quick else options.rounds, quick=options.quick,
        before=os.path.abspath(options.before) if options.before else '')
    for program in filter(None, (setting.aforo, setting.limit_reader, setting.before)):
        if not os.access(program, os.X_OK):
            sys.exit(f'bench: expected {program}, found nothing to run: build it first (make bench)')
    for peer, found in (('fio', setting.fio), ('PyTorch', setting.torch_python),
                        ('TensorFlow', setting.tensorflow_python)):
        if not found:
            setting.notes.append(f'{peer} is not installed and left out')
            say(f'bench: {setting.notes[-1]}')
    return setting


def versions(setting):
    def python(interpreter, module):
        return [interpreter, '-c', f'import {module}; print({module}.__version__)'] if interpreter else None

    commit = subprocess.run(['git', '-C', REPOSITORY, 'describe', '--always', '--dirty', '--exclude=*'],
                            capture_output=True, text=True, check=False).stdout.strip()
    return {**machine.versions({'aforo': [setting.aforo, '--version'], 'fio': [setting.fio or 'fio', '--version'],
                                'PyTorch': python(setting.torch_python, 'torch'),
                                'TensorFlow': python(setting.tensorflow_python, 'tensorflow'),
                                'compiler': ['g++', '-dumpfullversion']}),
            **({'commit': commit} if commit else {})}


def clear(directory):
    """Empties one of the directories that this run has made."""
    for entry in os.scandir(directory):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def measure(name, setting, context):
    say(f'  {name}')
    started = {'date': datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M UTC'),
               'load_average': machine.load_average()}
    try:
        result = BENCHMARKS[name](setting)
    finally:
        clear(setting.directory)
        if setting.memory_directory:
            clear(setting.memory_directory)
    return {'started': started, **context, 'rounds': setting.rounds, **result,
            'notes': result['notes'] + setting.notes}


def main():
    options = parse()
    load = machine.load_average()
    if load > IDLE and not options.anyway and not options.quick:
        sys.exit(f'bench: expected an idle machine, found a load average of {load:.2f}: wait, or say --anyway')
    date = datetime.date.today().isoformat()
    out = options.out or (None if options.quick
                          else os.path.join(REPOSITORY, 'bench', 'runs', f'{date}-{os.cpu_count()}-core'))
    for end in (signal.SIGINT, signal.SIGTERM):  # also where the shell has them ignored: the files are removed
        signal.signal(end, lambda number, _: sys.exit(128 + number))
    directory = tempfile.mkdtemp(prefix='aforo-bench-', dir=options.dir)
    memory_directory = tempfile.mkdtemp(prefix='aforo-bench-', dir=options.memory_dir) if options.memory_dir else ''
    failures = 0
    try:
        setting = make_setting(options, directory, memory_directory)
        context = {'machine': machine.describe(directory, memory_directory), 'versions': versions(setting)}
        for name in options.only or [name for name in BENCHMARKS if name != 'before' or options.before]:
            try:
                result = measure(name, setting, context)
            except Failed as failure:
                say(f'bench: {name}: {failure}')
                failures += 1
                continue
            print('\n'.join(report.section(result)), flush=True)
            if out:
                report.write(out, name, result)
                with open(os.path.join(out, 'README.md'), 'w', encoding='utf-8') as file:
                    file.write(report.render(out, list(BENCHMARKS)))
                say(f'bench: {name} kept in {os.path.relpath(out)}')
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        if memory_directory:
            shutil.rmtree(memory_directory, ignore_errors=True)
    sys.exit(2 if failures else 0)


if __name__ == '__main__':
    main()
