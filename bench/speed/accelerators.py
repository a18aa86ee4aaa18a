"""Emulated accelerators: how many this machine feeds from page cache, what one costs, how true its clock is."""
import json

from .contest import Contender, Goal, contest, judge, metric_goal, say
from .measure import run_command, summary
from .setting import seen

PRESET = 'resnet50_files_h100'
RAW = ['--set', 'dataset.content=raw']
RATE = 400 / 0.224  # samples/s of one emulated ResNet-50/H100 at full utilisation


def _held(setting, root, count, steps):
    def run(_):
        record, outside = setting.aforo_record(
            ['run', PRESET, root] + RAW + ['-n', count, '-e', 1, '--steps', steps, '--cache-expected', '--no-diagnose'])
        return {'au': record['au'], 'au_v3': record['statistics']['mlps-v3.0']['au'],
                'samples_per_second': record['samples_per_second'],
                'cpu_seconds_per_gb': record['cpu_seconds_per_gb'],
                'storage_share': outside['storage_bytes'] / record['bytes_requested'],
                **seen(outside)}

    return Contender(f'{count} accelerators', run)


def _limit(setting, root):
    def run(_):
        argv = [setting.limit_reader, root, '--passes', '2']
        outside = run_command(argv)
        rate = json.loads(outside['text'])['samples_per_second']
        return {'samples_per_second': rate, 'worth_accelerators': rate / RATE,
                'others_cpu_share': outside['others_cpu_share'], 'command': setting.shown(argv)}

    return Contender('limit reader', run)


def _knee(setting, root):
    def run(_):
        record, outside = setting.aforo_record(
            ['run', PRESET, root] + RAW + ['--find-max', '--max-accelerators', 128, '--cache-expected',
                                           '--no-diagnose'])
        low, high = record.get('max_accelerators_interval', [record['max_accelerators']] * 2)
        return {'max_accelerators': record['max_accelerators'], 'interval_low': low, 'interval_high': high,
                'process_seconds': outside['wall_seconds'], **seen(outside)}

    return Contender('find-max', run)


def held_accelerators(setting):
    samples, steps = (8000, 10) if setting.quick else (50000, 40)
    counts = (4,) if setting.quick else (30, 40)
    root = setting.generate('files', [PRESET] + RAW + ['--samples', str(samples)])
    warm = [setting.limit_reader, root]
    contenders = [_limit(setting, root)] + [_held(setting, root, count, steps) for count in counts]
    results, notes = contest(contenders, 'samples_per_second', setting.rounds, lambda: run_command(warm))
    if not setting.quick:
        found, more = contest([_knee(setting, root)], 'max_accelerators', 3, lambda: run_command(warm))
        results.update(found)
        notes += more
    setting.delete(root)
    goals = [metric_goal('accelerators held at AU >= 90 % (--find-max)', 40, 'find-max', 'max_accelerators'),
             metric_goal(f'AU of {counts[-1]} accelerators over {steps} steps', 0.9, f'{counts[-1]} accelerators',
                         'au')]
    return {'title': 'ResNet-50/H100 accelerators (batch 400, 224 ms) held from page cache, one file per sample',
            'contenders': results, 'goals': judge(goals, results), 'notes': notes + [
                f'One accelerator at full utilisation takes {RATE:,.1f} samples/s.']}


def _size(setting, count, arguments):
    def run(_):
        record, outside = setting.aforo_record(
            ['run', PRESET] + arguments + RAW + ['-n', count, '-e', 1, '--steps', 3, '--cache-expected',
                                                 '--no-diagnose'])
        return {'first_step_seconds': record['first_step_seconds'],
                'process_seconds': outside['wall_seconds'], **seen(outside)}

    return run


def footprint(setting):
    """Memory of an accelerator from the slope between 8 and 512, without and with reading; start to first step."""
    samples = 4000 if setting.quick else 50000
    root = setting.generate('files', [PRESET] + RAW + ['--samples', str(samples)])
    counts = (8, 64) if setting.quick else (8, 512)
    kinds = {'null engine': [root, '--null'], 'page cache': [root]}
    contenders = [Contender(f'{count} accelerators, {kind}', _size(setting, count, arguments))
                  for kind, arguments in kinds.items() for count in counts]
    contenders.append(Contender('1 accelerator, page cache', _size(setting, 1, [root])))
    results, notes = contest(contenders, 'first_step_seconds', setting.rounds,
                             lambda: run_command([setting.limit_reader, root]))
    setting.delete(root)

    def slope(kind):
        def value(found):
            few, many = (found[f'{count} accelerators, {kind}']['metrics']['peak_memory_bytes']['values']
                         for count in counts)
            slopes = summary([(b - a) / (counts[1] - counts[0]) / 1024 for a, b in zip(few, many)])
            return slopes['median'], slopes['min'], slopes['max']
        return value

    goals = [Goal(f'KiB of memory per accelerator, {kind} (slope from {counts[0]} to {counts[1]})', 1024, False,
                  slope(kind)) for kind in kinds]
    goals += [metric_goal(f'seconds from start to first step, {name}', 0.2, name, 'first_step_seconds', False)
              for name in (f'{counts[0]} accelerators, null engine', '1 accelerator, page cache')]
    return {'title': 'Memory of an emulated accelerator, and start to first step', 'contenders': results,
            'goals': judge(goals, results), 'notes': notes + [
                'Peak resident memory of the whole process, read buffers included (they do not grow with accelerators '
                'beyond the requests in flight). 512 accelerators are far more than this machine feeds; the time to '
                'their first step is the time of reading 512 batches and has no goal.']}


def step_timing(setting):
    root = setting.generate('files', [PRESET] + RAW + ['--samples', '4000'])
    cases = [('224 ms', '224ms', 400, 20 if setting.quick else 60),
             ('3.5 ms', '3.5ms', 1, 600 if setting.quick else 3000)]

    def runner(count, time, batch, steps):
        def run(_):
            record, outside = setting.aforo_record(
                ['run', PRESET, root] + RAW + ['-n', count, '-e', 1, '--steps', steps, '--step-time', time, '-b', batch,
                 '--null', '--no-diagnose'])
            timing = record['step_timing']
            return {'error_p50_us': timing['error_p50_s'] * 1e6, 'error_p99_us': timing['error_p99_s'] * 1e6,
                    'au': record['au'], 'cpu_share': outside['cpu_seconds'] / outside['wall_seconds'],
                    **seen(outside)}
        return run

    contenders = [Contender(f'{count} x {label}', runner(count, time, batch, steps))
                  for label, time, batch, steps in cases for count in (1, 8)]
    results, notes = contest(contenders, 'error_p99_us', setting.rounds)
    setting.delete(root)
    goals = [metric_goal(f'microseconds between real and asked compute at p99, {c.name}', 100, c.name,
                         'error_p99_us', at_least=False) for c in contenders]
    say('  (timing wants an idle machine)')
    return {'title': 'Emulated compute: real against asked', 'contenders': results, 'goals': judge(goals, results),
            'notes': notes + ['On the null engine, so that nothing else uses the cores; what is counted into AU is '
                              'the real duration.']}
