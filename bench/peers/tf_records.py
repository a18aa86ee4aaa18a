"""tf.data over TFRecord files: the peer of `aforo run` with the tensorflow loader. Prints one line of JSON.

  tf_records.py ROOT [--parallel 2] [--buffer-kib 256] [--passes 1] [--batch 64]

TFRecordDataset(files, num_parallel_reads) checks each record's checksums; records are counted in batches and dropped.
Time and CPU are counted from before the dataset is made; importing and the first graph are not counted.
"""
import argparse
import glob
import json
import os
import resource
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')

import tensorflow as tf  # noqa: E402


def records(files, options):
    data = tf.data.TFRecordDataset(files, num_parallel_reads=options.parallel,
                                   buffer_size=options.buffer_kib << 10)
    return data.batch(options.batch, drop_remainder=False).prefetch(2)


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('root')
    parser.add_argument('--parallel', type=int, default=2)
    parser.add_argument('--buffer-kib', type=int, default=256)
    parser.add_argument('--passes', type=int, default=1)
    parser.add_argument('--batch', type=int, default=64)
    options = parser.parse_args()
    files = sorted(glob.glob(os.path.join(options.root, '**', '*.tfrecord*'), recursive=True))
    files = [name for name in files if not name.endswith(('.idx', '.index'))]
    for _ in records(files[:1], options).take(1):
        pass
    cpu, begin = cpu_seconds(), time.perf_counter()
    samples = 0
    for _ in range(options.passes):
        for batch in records(files, options):
            samples += int(batch.shape[0])
    wall = time.perf_counter() - begin
    total = options.passes * sum(os.path.getsize(name) for name in files)
    print(json.dumps({'samples': samples, 'bytes': total, 'seconds': wall, 'cpu_seconds': cpu_seconds() - cpu,
                      'version': tf.__version__}))


if __name__ == '__main__':
    main()
