"""PyTorch saving a state: the peer of `aforo checkpoint`. Prints one line of JSON.

  torch_checkpoints.py save|dcp DIR --files N --bytes B

save: `torch.save` of one tensor of B bytes into each of N files, then fsync of each, as the rules of the benchmark ask for.
dcp:  `torch.distributed.checkpoint` of N tensors of B bytes without other ranks, a file for each; it syncs by itself.
Time and CPU are those of saving and syncing: importing, and making the tensors, are not counted.
"""
import argparse
import dataclasses
import json
import os
import resource
import time
import warnings

import torch


def save(directory, tensors):
    for index, tensor in enumerate(tensors):
        path = os.path.join(directory, f'{index}.pt')
        torch.save({'state': tensor}, path)
        with open(path, 'rb') as file:
            os.fsync(file.fileno())


def before_2_0():
    """The same of older releases, whose data classes Python 3.11 refuses for a default without a hash."""
    plain = dataclasses.dataclass

    def hashable(made=None, **options):
        def decorate(cls):
            return plain(cls, **({} if '__hash__' in vars(cls) else {'unsafe_hash': True}), **options)
        return decorate if made is None else decorate(made)

    dataclasses.dataclass = hashable
    try:
        import torch.distributed._shard.checkpoint as checkpoint
    finally:
        dataclasses.dataclass = plain
    return checkpoint


def dcp(directory, tensors):
    try:
        import torch.distributed.checkpoint as checkpoint
    except ImportError:
        checkpoint = before_2_0()
    write = checkpoint.save_state_dict
    write({f'tensor{index}': tensor for index, tensor in enumerate(tensors)},
          checkpoint.FileSystemWriter(directory), no_dist=True)


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('how', choices=('save', 'dcp'))
    parser.add_argument('directory')
    parser.add_argument('--files', type=int, required=True)
    parser.add_argument('--bytes', type=int, required=True)
    options = parser.parse_args()
    warnings.simplefilter('ignore')
    os.makedirs(options.directory, exist_ok=True)
    tensors = [torch.randint(0, 256, (options.bytes,), dtype=torch.uint8) for _ in range(options.files)]
    begin, before = time.perf_counter(), cpu_seconds()
    {'save': save, 'dcp': dcp}[options.how](options.directory, tensors)
    print(json.dumps({'samples': options.files, 'bytes': options.files * options.bytes,
                      'seconds': time.perf_counter() - begin, 'cpu_seconds': cpu_seconds() - before}))


if __name__ == '__main__':
    main()
