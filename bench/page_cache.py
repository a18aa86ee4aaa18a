#!/usr/bin/env python3
"""Hits of the page cache in a control group with limited memory, beside `aforo predict` (docs/page-cache.md). Needs root.

  bench/page_cache.py AFORO [--draw SEED COUNT]
"""
import argparse
import json
import os
import random
import subprocess
import tempfile

from accuracy import block
from accuracy.program import inside
from accuracy.storages import Places, limited_memory

# filesystem, KiB of a file, files, MB of memory, epochs
CASES = [('ext4', 20, 12000, 213, 4), ('ext4', 20, 12000, 150, 5), ('ext4', 800, 320, 213, 4),
         ('ext4', 800, 320, 150, 5), ('ext4', 100, 2500, 213, 5)]
KERNEL_BYTES = 2000  # of a file, about
JOB = '''name: page cache
dataset: {{layout: file-per-sample, samples: {files}, sample_size: {size} KiB, content: raw}}
loader: {{framework: pytorch, batch_size: 20, workers: 1, prefetch: 3, shuffle: epoch, read: {{mode: buffered}}}}
accelerator: {{type: h100, count: 2, step_time: 1 ms}}
training: {{epochs: {epochs}}}
'''


def drawn(seed, count):
    draw = random.Random(seed)
    for _ in range(count):
        size, limit = round(2**draw.uniform(2, 10)), draw.randint(130, 400)
        share, epochs = draw.uniform(.35, .95), draw.randint(2, 5)
        files = max(100, int(limit * 1e6 / share / (size * 1024 + KERNEL_BYTES)))
        yield draw.choice(['ext4', 'ext4', 'xfs']), size, files - files % 40, limit, epochs


def drop_caches():
    with open('/proc/sys/vm/drop_caches', 'w', encoding='ascii') as file:
        file.write('3')


def measure(aforo, filesystem, size, files, limit, epochs):
    with tempfile.TemporaryDirectory(prefix='aforo-page-cache-') as folder, \
            block.filesystem(filesystem, 2 << 30, folder) as (place, _), \
            limited_memory(Places(folder, '', ''), limit * 10**6) as groups:
        job, storage, data = (os.path.join(folder, 'job.yaml'), os.path.join(folder, 'storage.yaml'),
                              os.path.join(place, 'data'))
        with open(job, 'w', encoding='utf-8') as file:
            file.write(JOB.format(files=files, size=size, epochs=epochs))
        subprocess.run([aforo, 'generate', job, data, '-q'], check=True)
        os.sync()
        drop_caches()
        subprocess.run(inside(groups, [aforo, 'probe', data, '--workload', job, '--budget', '8s', '-o', storage, '-q']),
                       check=True, stderr=subprocess.DEVNULL)
        drop_caches()
        found = []
        for command in (inside(groups, [aforo, 'run', job, data, '--no-diagnose', '-q', '--json', '-']),
                        [aforo, 'predict', job, storage, '--no-advice', '-q', '--json', '-']):
            # 1: the target was missed
            found.append(json.loads(subprocess.run(command, check=False, stdout=subprocess.PIPE).stdout))
        pages = -(-size // 4) * 4096 * files  # storage is asked for whole ones
        return 1 - found[0]['bytes_from_storage'] / pages / epochs, found[1]['cache_hit_share']


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('aforo')
    parser.add_argument('--draw', nargs=2, type=int, metavar=('SEED', 'COUNT'))
    options = parser.parse_args()
    print('| filesystem | file | files | memory | epochs | measured | predicted | error |\n|---|---|---|---|---|---|---|---|')
    for case in drawn(*options.draw) if options.draw else CASES:
        measured, predicted = measure(os.path.abspath(options.aforo), *case)
        filesystem, size, files, limit, epochs = case
        print(f'| {filesystem} | {size} KiB | {files} | {limit} MB | {epochs} | {measured:.3f} | {predicted:.3f} | '
              f'{predicted - measured:+.3f} |', flush=True)


if __name__ == '__main__':
    main()
