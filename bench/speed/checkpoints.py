"""Checkpoints: written and restored, beside fio with the same chunk, depth, number of files and fsync, and PyTorch."""
import os
import shutil

from .contest import Contender, contest, judge, ratio_goal
from .setting import GB, seen

RANKS = 4
BLOCK = 1 << 20
# Chunk in MiB, and writes or reads of one file at once.
CHOICES = [{'chunk': chunk, 'depth': depth} for chunk, depth in ((1, 1), (4, 1), (8, 1), (8, 4), (32, 1))]


def _bytes_of_a_rank(setting):
    return (32 if setting.quick else 512) * BLOCK


def _job(setting):
    path = setting.place('checkpoints.yaml')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'name: bench\ncheckpoint: {{parameters: {RANKS * _bytes_of_a_rank(setting)}, ranks: {RANKS}, '
                   'weight_bytes: 1, optimizer_bytes: 0}\n')
    return path


def _metrics(size, seconds, cpu, outside):
    return {'bytes_per_second': size / seconds, 'cpu_seconds_per_gb': cpu / (size / GB),
            'bytes_per_cpu_second': size / cpu, **seen(outside)}


def _aforo(setting, kind, direct, directory):
    def run(how):
        count = ['--write', '1', '--read', '0'] if kind == 'write' else ['--read', '1']
        record, outside = setting.aforo_record(
            ['checkpoint', _job(setting), directory] + count +
            [f'checkpoint.chunk={how["chunk"]}MiB', f'checkpoint.depth={how["depth"]}',
             f'checkpoint.write={"direct" if direct else "buffered"}'])
        if kind == 'write':
            shutil.rmtree(directory)
        one = record['checkpoints'][0]
        return _metrics(one['bytes'], one.get('done_seconds', one['seconds']), outside['cpu_seconds'], outside)

    return Contender('aforo', run, CHOICES, 'fio' if setting.fio else None)


def _fio(setting, kind, direct, files):
    def run(how):
        arguments = [f'--rw={kind}', '--ioengine=io_uring', f'--bs={how["chunk"]}m', f'--iodepth={how["depth"]}',
                     f'--size={_bytes_of_a_rank(setting)}', f'--direct={int(direct)}', '--fallocate=none',
                     '--allow_file_create=1'] + (['--end_fsync=1'] if kind == 'write' else [])
        for index, file in enumerate(files):
            os.makedirs(os.path.dirname(file), exist_ok=True)
            arguments += [f'--name=rank{index}', f'--filename={file}']
        jobs, outside = setting.fio_json(arguments)
        if kind == 'write':
            shutil.rmtree(os.path.dirname(files[0]))
        size = sum(job[kind]['io_bytes'] for job in jobs)
        seconds = max(job[kind]['runtime'] for job in jobs) / 1e3
        return _metrics(size, seconds, outside['cpu_seconds'], outside)

    return Contender('fio', run, CHOICES)


def _torch(setting, how):
    def run(_):
        directory = setting.place('torch')
        found = setting.peer([setting.torch_python, os.path.join(setting.repository, 'bench/peers/torch_checkpoints.py'),
                              how, directory, '--files', str(RANKS), '--bytes', str(_bytes_of_a_rank(setting))])
        shutil.rmtree(directory)
        return {'bytes_per_second': found['bytes_per_second'], 'cpu_seconds_per_gb': found['cpu_seconds_per_gb'],
                'bytes_per_cpu_second': GB / found['cpu_seconds_per_gb'],
                **{key: found[key] for key in ('peak_memory_bytes', 'others_cpu_share', 'command')}}

    return Contender('torch.save' if how == 'save' else 'DCP', run)


def _forget():
    os.sync()
    with open('/proc/sys/vm/drop_caches', 'w', encoding='ascii') as file:
        file.write('3')


def checkpoint_write(setting):
    outcome = {'contenders': {}, 'goals': [], 'notes': [
        'All with fsync of every file; new files every time. aforo: until the slowest rank was done and the checkpoint '
        'committed; fio: until its slowest job was. CPU: of the whole process for both, with the threads that the kernel adds '
        'for it, which fio does not count among its jobs; of PyTorch that of saving alone. fio writes the same bytes again and '
        'again; aforo makes 24 MiB and more of random ones before, which is in its CPU, and writes other ones at every place.']}
    for direct in (False, True):
        where = 'direct' if direct else 'buffered'
        files = [os.path.join(setting.place('fio'), str(index)) for index in range(RANKS)]
        contenders = [_fio(setting, 'write', direct, files)] if setting.fio else []
        contenders.append(_aforo(setting, 'write', direct, setting.place('checkpoints')))
        if setting.torch_python and not direct:
            contenders += [_torch(setting, 'save'), _torch(setting, 'dcp')]
        results, notes = contest(contenders, 'bytes_per_second', setting.rounds, _forget, not setting.quick)
        goals = [ratio_goal(f'{where}: bandwidth, of fio', 0.95, 'aforo', 'fio', 'bytes_per_second'),
                 ratio_goal(f'{where}: CPU per byte, of fio', 0.8, 'aforo', 'fio', 'cpu_seconds_per_gb', False)]
        if not direct:
            goals += [ratio_goal(f'{where}: bytes per CPU second, of {peer}', 3, 'aforo', peer, 'bytes_per_cpu_second')
                      for peer in ('torch.save', 'DCP')]
        outcome['goals'] += judge(goals, results)
        outcome['contenders'].update({f'{name}, {where}': found for name, found in results.items()})
        outcome['notes'] += notes
    outcome['title'] = f'checkpoint: {RANKS} ranks write {_bytes_of_a_rank(setting) // BLOCK} MiB each'
    return outcome


def checkpoint_restore(setting):
    outcome = {'contenders': {}, 'goals': [],
               'notes': ['The same files, cold: the page cache is emptied before each (with root). Nothing is verified.']}
    for direct in (False, True):
        where = 'direct' if direct else 'buffered'
        place = setting.place(f'checkpoints-{where}')
        setting.aforo_record(['checkpoint', _job(setting), place, '--write', '1', '--read', '0'])
        files = [os.path.join(place, 'checkpoint-000000', f'__{rank}_0.distcp') for rank in range(RANKS)]
        contenders = [_fio(setting, 'read', direct, files)] if setting.fio else []
        contenders.append(_aforo(setting, 'read', direct, place))
        results, notes = contest(contenders, 'bytes_per_second', setting.rounds, _forget, not setting.quick)
        outcome['goals'] += judge([ratio_goal(f'{where}: bandwidth, of fio', 0.95, 'aforo', 'fio', 'bytes_per_second')],
                                  results)
        outcome['contenders'].update({f'{name}, {where}': found for name, found in results.items()})
        outcome['notes'] += notes
    outcome['title'] = f'checkpoint: {RANKS} ranks restore {_bytes_of_a_rank(setting) // BLOCK} MiB each'
    return outcome
