"""Results as files: one JSON per benchmark, and a README.md of all that a folder holds."""
import glob
import json
import os


def number(value, metric=''):
    if metric.endswith('_bytes'):
        return f'{value / 2**20:,.1f} MiB'
    if metric == 'bytes_per_second':
        return f'{value / 2**30:,.2f} GiB/s'
    magnitude = abs(value)
    digits = 0 if magnitude >= 100 else 1 if magnitude >= 10 else 3
    return f'{value:,.{digits}f}'


def spread(found, metric=''):
    return f'{number(found["median"], metric)} ({number(found["min"], metric)} - {number(found["max"], metric)})'


COLUMNS = ['samples_per_second', 'bytes_per_second', 'files_per_second', 'max_accelerators', 'interval_low',
           'interval_high', 'worth_accelerators', 'au', 'error_p50_us',
           'error_p99_us', 'cpu_seconds_per_gb', 'samples_per_cpu_second', 'first_step_seconds', 'peak_memory_bytes',
           'storage_share', 'others_cpu_share']
NAMES = {'samples_per_second': 'samples/s', 'bytes_per_second': 'bandwidth', 'files_per_second': 'files/s',
         'max_accelerators': 'accelerators', 'interval_low': 'from', 'interval_high': 'to',
         'worth_accelerators': 'worth accelerators', 'au': 'AU', 'error_p50_us': 'error p50, us',
         'error_p99_us': 'error p99, us', 'cpu_seconds_per_gb': 'CPU s/GB',
         'samples_per_cpu_second': 'samples/CPU s', 'first_step_seconds': 'first step, s',
         'peak_memory_bytes': 'peak memory', 'storage_share': 'share from storage',
         'others_cpu_share': 'CPU share of others'}


def goals_table(goals):
    lines = ['| goal | wanted | found | spread of pairs | |', '|---|--:|--:|--:|---|']
    for goal in goals:
        wanted = ('>= ' if goal['at_least'] else '<= ') + f'{goal["wanted"]:g}'
        if 'value' in goal:
            lines.append(f'| {goal["goal"]} | {wanted} | {number(goal["value"])} | {number(goal["low"])} - '
                         f'{number(goal["high"])} | {"met" if goal["met"] else "**missed**"} |')
        else:
            lines.append(f'| {goal["goal"]} | {wanted} | | | not measured |')
    return lines


def section(result):
    lines = [f'## {result["title"]}', '']
    if result['goals']:
        lines += goals_table(result['goals']) + ['']
    found = result['contenders']
    columns = [c for c in COLUMNS if any(c in entry['metrics'] for entry in found.values())]
    if columns:
        lines += ['| | ' + ' | '.join(NAMES[c] for c in columns) + ' |', '|---' + '|--:' * len(columns) + '|']
        for name, entry in found.items():
            cells = [spread(entry['metrics'][c], c) if c in entry['metrics'] else '' for c in columns]
            lines.append(f'| {name} | ' + ' | '.join(cells) + ' |')
        lines.append('')
    lines += ['Commands:', '']
    lines += [f'- {name}: `{entry["command"]}`' for name, entry in found.items()]
    lines += [''] + [f'- {note}' for note in result['notes']]
    started = result['started']
    lines += ['', f'{result["rounds"]} rounds, {started["date"]}, load average {started["load_average"]:.2f} at start'
              f'{" (**not idle**)" if started["load_average"] > 0.5 else ""}.', '']
    return lines


def write(folder, name, result):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + '.json'), 'w', encoding='utf-8') as file:
        json.dump({'benchmark': name, **result}, file, indent=1)
        file.write('\n')


def render(folder, order):
    results = {}
    for path in glob.glob(os.path.join(folder, '*.json')):
        with open(path, encoding='utf-8') as file:
            found = json.load(file)
        results[found['benchmark']] = found
    names = [name for name in order if name in results]
    if not names:
        return ''
    last = max((results[name] for name in names), key=lambda result: result['started']['date'])
    lines = [f'# Speed, {last["started"]["date"][:10]}', '',
             'Medians with the smallest and the largest value of all rounds. Contenders ran in turn on the same files.',
             '`$DIR` was a directory on the disk named below, `$MEMORY` one on a memory filesystem.', '',
             '## Machine', '']
    for key, value in last['machine'].items():
        text = f'{value / 2**30:.1f} GiB' if key == 'memory_bytes' else value
        if isinstance(text, dict):
            text = ', '.join(f'{k} {v}' for k, v in text.items())
        lines.append(f'- {key.replace("_", " ").removesuffix(" bytes")}: {text}')
    lines += ['', 'Versions: ' + '; '.join(f'{k} {v}' for k, v in last['versions'].items()) + '.', '']
    for name in names:
        lines += section(results[name])
    return '\n'.join(lines)
