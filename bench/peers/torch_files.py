"""PyTorch's DataLoader over one file per sample: the peer of `aforo run`. Prints one line of JSON.

  torch_files.py ROOT [--workers 2] [--batch 400] [--passes 1] [--deliver discard|batch]

discard: a sample is `open(path, 'rb').read()`, a batch is the list of lengths (bytes only).
batch:   a sample is a tensor over those bytes, a batch one zero-padded uint8 tensor (samples x longest), built in
         the worker into shared memory, as PyTorch's default collate does.
Time and CPU are counted from before the DataLoader is made until its workers have ended; importing is not counted.
"""
import argparse
import json
import os
import resource
import time
import warnings

import torch
from torch.utils.data import DataLoader, Dataset, get_worker_info


class Files(Dataset):
    def __init__(self, root, tensors):
        self.paths = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names
                      if not name.startswith(('.', 'aforo'))]
        self.tensors = tensors

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with open(self.paths[index], 'rb', buffering=0) as file:
            content = file.read()
        return torch.frombuffer(content, dtype=torch.uint8) if self.tensors else content


def collate_lengths(samples):
    return [len(sample) for sample in samples]


def collate_padded(samples):
    """As default_collate: straight into shared memory when a worker builds the batch."""
    shape = (len(samples), max(len(sample) for sample in samples))
    if get_worker_info() is not None:
        size = shape[0] * shape[1]
        storage = samples[0]._typed_storage() if hasattr(samples[0], '_typed_storage') else samples[0].storage()
        batch = samples[0].new(storage._new_shared(size)).resize_(*shape)
    else:
        batch = torch.empty(shape, dtype=torch.uint8)
    for row, sample in zip(batch, samples):
        row[:len(sample)] = sample
        row[len(sample):] = 0
    return batch, [len(sample) for sample in samples]


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('root')
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--batch', type=int, default=400)
    parser.add_argument('--passes', type=int, default=1)
    parser.add_argument('--deliver', choices=('discard', 'batch'), default='discard')
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings('ignore')  # read-only tensors (the cheapest way), more workers than cores
    tensors = options.deliver == 'batch'
    data = Files(options.root, tensors)
    cpu, begin = cpu_seconds(), time.perf_counter()
    loader = DataLoader(data, batch_size=options.batch, shuffle=True, num_workers=options.workers, drop_last=True,
                        collate_fn=collate_padded if tensors else collate_lengths,
                        persistent_workers=options.workers > 0)
    samples = total = 0
    for _ in range(options.passes):
        for batch in loader:
            lengths = batch[1] if tensors else batch
            samples += len(lengths)
            total += sum(lengths)
    del batch
    iterator = getattr(loader, '_iterator', None)
    if iterator is not None:
        iterator._shutdown_workers()  # so that their CPU is counted
    wall = time.perf_counter() - begin
    print(json.dumps({'samples': samples, 'bytes': total, 'seconds': wall, 'cpu_seconds': cpu_seconds() - cpu,
                      'version': torch.__version__}))


if __name__ == '__main__':
    main()
