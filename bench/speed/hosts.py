"""Several processes of one job on one machine, beside one process: does dealing out the work cost anything?"""
import json
import os
import shutil

from .contest import Contender, contest, judge, ratio_goal
from .measure import Failed, run_command
from .setting import metrics_of

PRESET = 'resnet50_files_h100'
RAW = ['--set', 'dataset.content=raw']
ACCELERATORS = 8


def _train(setting, processes, root, how):
    launcher = ['mpirun', '--oversubscribe', '--bind-to', 'none', '-n', str(processes)] if processes > 1 else []
    if launcher and os.geteuid() == 0:
        launcher.insert(1, '--allow-run-as-root')

    def run(_):
        record_path = setting.place('record.json')
        argv = launcher + [setting.aforo, 'run', PRESET, root] + RAW + [
            '-n', str(ACCELERATORS), '-b', '50', '-e', '4', '--step-time', '1us', '--asynchronous', '--no-diagnose'] + how + [
            '--quiet', '--json', record_path]
        outside = run_command(argv, accept=(0, 1))
        with open(record_path, encoding='utf-8') as file:
            record = json.load(file)
        if record.get('failed') or record.get('errors', {}).get('count'):
            raise Failed(f'aforo read with errors: {json.dumps(record["errors"])[:400]}')
        outside['command'] = setting.shown(argv[:-3])
        return metrics_of(record['samples'], record['bytes_requested'], record['wall_seconds'], record['cpu_seconds'],
                          outside)

    return run


def two_processes(setting):
    if not shutil.which('mpirun'):
        raise Failed('expected mpirun, found none: install Open MPI')
    samples = 2000 if setting.quick else 40000
    root = setting.generate('files', [PRESET] + RAW + ['--samples', str(samples)])
    results, notes, goals = {}, [], []
    for kind, how, prepare in (
            ('page cache', ['--cache-expected'], lambda: run_command([setting.limit_reader, root])),
            ('direct', ['--read', 'direct'], lambda: None)):
        contenders = [Contender(f'{count} process{"es" if count > 1 else ""}, {kind}',
                                _train(setting, count, root, how)) for count in (1, 2)]
        found, said = contest(contenders, 'samples_per_second', setting.rounds, prepare)
        results.update(found)
        notes += said
        goals.append(ratio_goal(f'{kind}: samples/s of two processes together, of one with both cores', 0.95,
                                contenders[1].name, contenders[0].name, 'samples_per_second'))
    setting.delete(root)
    return {'title': f'one job of {ACCELERATORS} accelerators as one and as two processes, one file per sample',
            'contenders': results, 'goals': judge(goals, results), 'notes': notes + [
                'Without compute to speak of and without a barrier; one process has a reading loop for each core.']}
