"""Front-to-back reads of large files: TFRecord shards and samples of 140 MB, beside fio and tf.data."""
import glob

from .contest import Contender, contest, judge, ratio_goal
from .setting import metrics_of


def _fio(setting, files, passes, direct):
    half = len(files) // 2

    def run(how):
        arguments = ['--readonly', '--rw=read', f'--ioengine={how["engine"]}', f'--bs={how["block"]}',
                     f'--iodepth={how["depth"] // 2}', f'--direct={int(direct)}', '--invalidate=0',
                     f'--loops={passes}', '--group_reporting']
        if how['engine'] == 'io_uring':
            arguments += ['--fixedbufs', '--registerfiles']
        arguments += ['--name=first', '--filename=' + ':'.join(files[:half]),
                      '--name=second', '--filename=' + ':'.join(files[half:])]
        jobs, outside = setting.fio_json(arguments)
        size = sum(job['read']['io_bytes'] for job in jobs)
        seconds = max(job['read']['runtime'] for job in jobs) / 1e3
        outside['command'] = outside['command'].replace(
            ':'.join(files[:half]).replace(setting.directory, '$DIR'), 'HALF').replace(
                ':'.join(files[half:]).replace(setting.directory, '$DIR'), 'OTHER_HALF')
        return metrics_of(size / 1e6, size, seconds, outside['cpu_seconds'], outside)

    engines = ('io_uring',) if setting.quick else ('io_uring', 'libaio') if direct else ('io_uring', 'psync')
    choices = [(1 << 20, 16), (256 << 10, 16), (1 << 20, 32), (256 << 10, 64)] if direct else [
        (256 << 10, 16), (1 << 20, 8), (128 << 10, 8)]
    return Contender('fio', run, [{'engine': engine, 'block': block, 'depth': depth}
                                  for engine in engines for block, depth in choices])


def _aforo(setting, preset, root, passes, direct, accelerators, extra):
    """As many workers in all as fio has requests in flight; each worker has one."""
    def run(how):
        return setting.train([preset, root, '-n', accelerators, '-w', how['depth'] // accelerators, '-e', passes,
                              '--transfer-size', f'{how["block"]}B',
                              '--read', 'direct' if direct else 'buffered'] + extra)

    return Contender('aforo', run, follows='fio')


def _tf_data(setting, root, passes):
    def run(how):
        return setting.peer([setting.tensorflow_python, setting.repository + '/bench/peers/tf_records.py', root,
                             '--parallel', str(how['parallel']), '--buffer-kib', str(how['buffer_kib']),
                             '--passes', str(passes)])

    return Contender('tf.data', run, [{'parallel': p, 'buffer_kib': b} for p in (2, 4, 8) for b in (256, 1024)])


def _both(setting, what, lay, pattern, preset, accelerators, extra, warm_passes, with_tensorflow):
    root = lay()
    files = sorted(glob.glob(root + pattern, recursive=True))
    outcome = {'contenders': {}, 'goals': [], 'notes': []}
    if not setting.fio:
        setting.delete(root)
        outcome['notes'].append('fio is not installed: nothing to compare with')
        return outcome
    for direct in (False, True):
        passes = 1 if direct else 4 if setting.quick else warm_passes
        contenders = [_fio(setting, files, passes, direct),
                      _aforo(setting, preset, root, passes, direct, accelerators, extra)]
        if with_tensorflow and not direct and setting.tensorflow_python:
            contenders.append(_tf_data(setting, root, max(1, passes // 4)))

        def warm():
            for name in files:
                with open(name, 'rb', buffering=0) as file:
                    while file.read(1 << 20):
                        pass

        results, notes = contest(contenders, 'bytes_per_second', setting.rounds,
                                 (lambda: None) if direct else warm, not setting.quick)
        where = 'direct' if direct else 'page cache'
        goals = [ratio_goal(f'{where}: bandwidth, of fio', 0.95, 'aforo', 'fio', 'bytes_per_second')]
        if 'tf.data' in results:
            goals.append(ratio_goal(f'{where}: bytes per CPU second, tf.data\'s over aforo\'s (no goal; for the '
                                    'record)', 1, 'tf.data', 'aforo', 'samples_per_cpu_second', at_least=False))
        outcome['goals'] += judge(goals, results)
        outcome['contenders'].update({f'{name}, {where}': found for name, found in results.items()})
        outcome['notes'] += notes
    setting.delete(root)
    outcome['title'] = what
    outcome['notes'] += [
        'Block size and depth are the ones at which fio was fastest; aforo then has the same: as many workers as fio '
        'has requests in flight, over as many I/O threads as fio has jobs (2).',
        'fio: registered buffers and files with io_uring; each job reads its half of the files, each file front to '
        'back. "samples" of fio are megabytes.']
    return outcome


def tfrecord(setting):
    shards = 4 if setting.quick else 16
    return _both(setting, f'{shards} TFRecord shards of 143.5 MB (1,251 samples each)',
                 lambda: setting.generate('shards', ['resnet50_h100', '--samples', str(shards * 1251)]),
                 '/**/*.tfrecord', 'resnet50_h100', 1, ['--batch-size', '64'], 16, True)


def large_samples(setting):
    samples = 4 if setting.quick else 16
    return _both(setting, f'{samples} npz samples of 140 MB',
                 lambda: setting.generate('volumes', ['unet3d_h100', '--samples', str(samples), '--size', '140MB',
                                                          '--set', 'loader.batch_size=1']),
                 '/**/*.npz', 'unet3d_h100', 1, ['--batch-size', '1'], 16, False)
