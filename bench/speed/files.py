"""Random reads of one file per sample: 50,000 raw files of 114,660 bytes, from page cache and past it."""
import json

from .contest import Contender, contest, judge, ratio_goal
from .measure import run_command
from .setting import metrics_of

PRESET = 'resnet50_files_h100'
RAW = ['--set', 'dataset.content=raw']


def _lay(setting, samples):
    return setting.generate('files', [PRESET] + RAW + ['--samples', str(samples)])


def _limit(setting, root, passes, direct):
    def run(how):
        argv = [setting.limit_reader, root, '--threads', '2', '--passes', str(passes), '--depth', str(how['depth']),
                '--group', str(how['group'])] + (['--direct'] if direct else [])
        outside = run_command(argv)
        outside['command'] = setting.shown(argv)
        found = json.loads(outside['text'])
        size = found['gb_per_second'] * found['seconds'] * 1e9
        return metrics_of(found['files'], size, found['seconds'], found['cpu_seconds_per_gb'] * size / 1e9, outside)

    depths = [(64, 8), (64, 4), (64, 16), (32, 8), (16, 4)] if not direct else [(64, 8), (128, 8), (256, 16), (32, 4)]
    return Contender('limit reader', run, [{'depth': d, 'group': g} for d, g in depths])


def _aforo(setting, root, passes, read, deliver, choices):
    def run(how):
        return setting.train([PRESET, root] + RAW + ['-n', how['accelerators'], '-w', how['workers'], '-e', passes,
                              '--read', read, '--deliver', deliver])

    name = 'aforo' if deliver == 'discard' else 'aforo, batches'
    return Contender(name, run, [{'accelerators': n, 'workers': w} for n, w in choices])


def _torch(setting, root, passes, deliver):
    def run(how):
        return setting.peer([setting.torch_python, setting.repository + '/bench/peers/torch_files.py', root,
                             '--workers', str(how['workers']), '--passes', str(passes), '--deliver', deliver])

    name = 'PyTorch, bytes only' if deliver == 'discard' else 'PyTorch, batches'
    return Contender(name, run, [{'workers': w} for w in (2, 3, 4)])


def _warm(setting, root):
    return lambda: run_command([setting.limit_reader, root])


def files_warm(setting):
    passes, samples = (1, 8000) if setting.quick else (4, 50000)
    root = _lay(setting, samples)
    contenders = [
        _limit(setting, root, passes, False),
        _aforo(setting, root, passes, 'buffered', 'discard', [(1, 32), (1, 16), (1, 64), (2, 16), (2, 32)])]
    if setting.torch_python:
        contenders.append(_torch(setting, root, (passes + 1) // 2, 'discard'))
    contenders.append(_aforo(setting, root, passes, 'buffered', 'batch', [(1, 4), (1, 2), (1, 8), (2, 2), (2, 4)]))
    if setting.torch_python:
        contenders.append(_torch(setting, root, 1, 'batch'))
    results, notes = contest(contenders, 'samples_per_second', setting.rounds, _warm(setting, root),
                             not setting.quick)
    setting.delete(root)
    goals = [
        ratio_goal('samples/s, of the limit reader', 0.95, 'aforo', 'limit reader', 'samples_per_second'),
        ratio_goal('CPU seconds per GB, of the limit reader', 1.10, 'aforo', 'limit reader', 'cpu_seconds_per_gb',
                   at_least=False),
        ratio_goal('samples per CPU second, of PyTorch reading bytes', 2, 'aforo', 'PyTorch, bytes only',
                   'samples_per_cpu_second'),
        ratio_goal('samples per CPU second with batches copied, of PyTorch handing over batches', 5,
                   'aforo, batches', 'PyTorch, batches', 'samples_per_cpu_second')]
    return {'title': f'Random read of {samples:,} files of 114,660 B from page cache',
            'contenders': results, 'goals': judge(goals, results), 'notes': notes + [
                'Every file is read whole, in a new random order each pass; the cache is filled before each turn.',
                'Time and CPU: the reading itself, from the start of the workers to their end; looking for the files '
                'and importing modules is not counted for anyone.']}


def files_direct(setting):
    samples = 8000 if setting.quick else 50000
    root = _lay(setting, samples)
    contenders = [
        _limit(setting, root, 1, True),
        _aforo(setting, root, 1, 'direct', 'discard', [(1, 128), (2, 64), (1, 64), (1, 256)])]
    results, notes = contest(contenders, 'samples_per_second', setting.rounds, tuning=not setting.quick)
    setting.delete(root)
    goals = [
        ratio_goal('samples/s, of the limit reader', 0.95, 'aforo', 'limit reader', 'samples_per_second'),
        ratio_goal('CPU seconds per GB, of the limit reader', 1.10, 'aforo', 'limit reader', 'cpu_seconds_per_gb',
                   at_least=False)]
    return {'title': f'Random read of {samples:,} files of 114,660 B past the page cache (O_DIRECT)',
            'contenders': results, 'goals': judge(goals, results), 'notes': notes + [
                'What a cache below the block device (hypervisor, drive) holds is not known here; all have it alike.']}
