"""Laying datasets: large samples and small files, beside fio's sequential write."""
import os
import shutil

from .contest import Contender, contest, judge, metric_goal, ratio_goal
from .setting import seen


def _written(record, outside, seconds):
    return {'bytes_per_second': record['bytes_written'] / seconds,
            'files_per_second': record['files_written'] / seconds,
            'cpu_seconds_per_gb': outside['cpu_seconds'] / (record['bytes_written'] / 1e9),
            **seen(outside)}


def _aforo(setting, name, root, preset, arguments):
    def run(_):
        record, outside = setting.aforo_record(['generate', preset, root] + arguments)
        setting.delete(root)
        shutil.rmtree(root, ignore_errors=True)
        return _written(record, outside, record['seconds'])

    return Contender(name, run)


def _fio(setting, root, samples, direct):
    def run(how):
        os.makedirs(root)
        arguments = [f'--directory={root}', '--name=write', '--rw=write', f'--ioengine={how["engine"]}',
                     f'--iodepth={how["depth"]}', f'--bs={how["block"]}', '--numjobs=2', f'--nrfiles={samples // 2}',
                     '--file_service_type=sequential', f'--size={140_000_000 // 4096 * 4096 * (samples // 2)}',
                     f'--fallocate={how["fallocate"]}', f'--direct={int(direct)}', '--end_fsync=1', '--group_reporting']
        jobs, outside = setting.fio_json(arguments)
        shutil.rmtree(root)
        size = sum(job['write']['io_bytes'] for job in jobs)
        seconds = max(job['write']['runtime'] for job in jobs) / 1e3
        record = {'bytes_written': size, 'files_written': samples}
        return _written(record, outside, seconds)

    choices = [('psync', 1, 1 << 20), ('io_uring', 8, 1 << 20), ('io_uring', 4, 4 << 20)]
    return Contender('fio', run, [{'engine': e, 'depth': d, 'block': b, 'fallocate': f}
                                  for e, d, b in choices for f in ('native', 'none')])


def _fio_small(setting, root, samples):
    """The limit of the memory filesystem: the same files, no content to make."""
    def run(_):
        os.makedirs(root)
        arguments = [f'--directory={root}', '--name=write', '--rw=write', '--ioengine=psync', '--bs=114660',
                     '--filesize=114660', '--numjobs=2', f'--nrfiles={samples // 2}', '--openfiles=1',
                     '--file_service_type=sequential', '--create_on_open=1', '--fallocate=none', '--group_reporting']
        jobs, outside = setting.fio_json(arguments)
        shutil.rmtree(root)
        record = {'bytes_written': sum(job['write']['io_bytes'] for job in jobs), 'files_written': samples}
        return _written(record, outside, max(job['write']['runtime'] for job in jobs) / 1e3)

    return Contender('fio', run)


def _touch(directory, size):
    """Has the hypervisor back as much memory as will be written; otherwise its page faults are what is measured."""
    path = os.path.join(directory, 'touched')
    block = bytes(1 << 20)
    with open(path, 'wb', buffering=0) as file:
        for _ in range(size // len(block) + 1):
            file.write(block)
    os.unlink(path)


def _flush():
    os.sync()


def generate_large(setting):
    samples = 4 if setting.quick else 16
    outcome = {'contenders': {}, 'goals': [], 'notes': [
        'Both into new files on the same filesystem; the flush at the end is counted for both (fio: fsync of each '
        'file; aforo: what its Record names). fio writes the same bytes again and again, aforo new random ones with '
        'checksums.']}
    for direct in (False, True):
        where = 'direct' if direct else 'buffered'
        extra = ['--samples', str(samples), '--size', '140MB', '--set', 'loader.batch_size=1']
        extra += ['--direct'] if direct else []
        contenders = [_fio(setting, setting.place('fio'), samples, direct)] if setting.fio else []
        contenders.append(_aforo(setting, 'aforo', setting.place('volumes'), 'unet3d_h100', extra))
        results, notes = contest(contenders, 'bytes_per_second', setting.rounds, _flush, not setting.quick)
        goals = [ratio_goal(f'{where}: bandwidth, of fio', 0.8, 'aforo', 'fio', 'bytes_per_second')]
        outcome['goals'] += judge(goals, results)
        outcome['contenders'].update({f'{name}, {where}': found for name, found in results.items()})
        outcome['notes'] += notes
    outcome['title'] = f'generate: {samples} npz samples of 140 MB'
    return outcome


def generate_small(setting):
    samples = 5000 if setting.quick else 40000
    if not setting.memory_directory:
        return {'title': 'generate: small files to a memory filesystem', 'contenders': {}, 'goals': [],
                'notes': ['left out: no --memory-dir was given']}
    root = os.path.join(setting.memory_directory, 'files')
    contenders = [_fio_small(setting, os.path.join(setting.memory_directory, 'fio'), samples)] if setting.fio else []
    contenders += [_aforo(setting, f'aforo, {content}', root, 'resnet50_files_h100',
                         ['--samples', str(samples), '--content', content]) for content in ('raw', 'jpeg')]
    results, notes = contest(contenders, 'files_per_second', setting.rounds,
                             lambda: _touch(setting.memory_directory, samples * 114_660))
    goals = [metric_goal(f'files/s, {content}', 20000, f'aforo, {content}', 'files_per_second')
             for content in ('raw', 'jpeg')]
    return {'title': f'generate: {samples:,} files of 114,660 B to a memory filesystem', 'contenders': results,
            'goals': judge(goals, results), 'notes': notes + [
                'fio writes the same bytes into every file of one directory: about what this filesystem takes at most.',
                'Before every turn as much memory was written and freed, so that the hypervisor has it at hand.']}
