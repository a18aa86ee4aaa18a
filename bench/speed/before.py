"""This build of aforo beside one from before, in turn on the same files: what must not become slower."""
import dataclasses
import os

from .contest import Contender, contest, judge, ratio_goal
from .measure import run_command
from .setting import seen

PRESET = 'resnet50_files_h100'
RAW = ['--set', 'dataset.content=raw']
TOLERANCE = 0.02


def _reading(setting, root, read, workers, passes):
    return lambda _: setting.train([PRESET, root] + RAW + ['-n', 1, '-w', workers, '-e', passes, '--read', read,
                                                           '--deliver', 'discard'])


def _emulated(setting, root, count, steps, more=()):
    def run(_):
        record, outside = setting.aforo_record(
            ['run', PRESET, root] + RAW + ['-n', count, '-e', 1, '--steps', steps, '--cache-expected',
                                           '--no-diagnose', *more])
        return {'au': record['au'], 'first_step_seconds': record['first_step_seconds'],
                'cpu_seconds_of_process': outside['cpu_seconds'], **seen(outside)}
    return run


def _laying(setting, samples):
    root = os.path.join(setting.memory_directory, 'laid')

    def run(_):
        record, outside = setting.aforo_record(['generate', PRESET, root] + RAW + ['--samples', str(samples),
                                                                                 '--size', '4kB'])
        setting.delete(root)
        return {'files_per_second': samples / outside['wall_seconds'],
                'cpu_seconds_of_process': outside['cpu_seconds'], **seen(outside)}
    return run


def _rows(setting, root):
    """What is compared: name, metric, more is better, how it is run by the build of `setting`."""
    few = setting.quick
    rows = [('files-warm', 'samples_per_second', True, lambda s: _reading(s, root, 'buffered', 32, 1 if few else 4)),
            ('files-warm, CPU', 'cpu_seconds_per_gb', False, None),
            ('files-direct', 'samples_per_second', True, lambda s: _reading(s, root, 'direct', 128, 1)),
            ('files-direct, CPU', 'cpu_seconds_per_gb', False, None),
            ('40 accelerators', 'au', True, lambda s: _emulated(s, root, 4 if few else 40, 10 if few else 30)),
            ('40 accelerators, CPU', 'cpu_seconds_of_process', False, None),
            ('512 accelerators, null engine', 'peak_memory_bytes', False,
             lambda s: _emulated(s, root, 16 if few else 512, 3, ['--null'])),
            ('1 accelerator', 'first_step_seconds', False, lambda s: _emulated(s, root, 1, 3))]
    if setting.memory_directory:
        rows.append(('files of 4 kB laid in memory', 'files_per_second', True,
                     lambda s: _laying(s, 2000 if few else 60000)))
    return rows


def before(setting):
    """Needs --before; the limits are the tolerance of a refactoring, on the median of the pairs."""
    old = dataclasses.replace(setting, aforo=setting.before)
    root = setting.generate('files', [PRESET] + RAW + ['--samples', '4000' if setting.quick else '50000'])
    outcome = {'title': 'This build beside one from before', 'contenders': {}, 'goals': [], 'notes': []}
    for name, metric, more, make in _rows(setting, root):
        if make:
            now, then = f'{name}, now', f'{name}, before'
            results, notes = contest([Contender(now, make(setting)), Contender(then, make(old))], metric,
                                     setting.rounds, lambda: run_command([setting.limit_reader, root]))
            outcome['contenders'].update(results)
            outcome['notes'] += notes
        wanted = 1 - TOLERANCE if more else 1 + TOLERANCE
        outcome['goals'] += judge([ratio_goal(f'{name}: {metric}, of before', wanted, now, then, metric, more)], results)
    setting.delete(root)
    return outcome
