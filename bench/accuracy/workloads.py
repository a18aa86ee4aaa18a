"""The datasets that are trained on, and a case's workload file."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Data:
    layout: str
    content: str  # '' = the layout's own
    sample_size: str  # as a workload file has it
    mean_bytes: int
    framework: str = 'pytorch'
    shuffle: str = 'epoch'
    samples_per_file: int = 1
    least_bytes: int = 0  # below that, there are too few samples for the cases
    most_samples: int = 60_000  # more are not read in a run, and take long to lay

    def samples(self, wanted_bytes):
        """How many samples make a dataset of about that size: whole files of them."""
        count = min(max(wanted_bytes, self.least_bytes) // self.mean_bytes, self.most_samples)
        return max(1, count // self.samples_per_file) * self.samples_per_file


DATA = {
    'files-20k': Data('file-per-sample', 'raw', '{mean: 20 kB, stddev: 8 kB, distribution: lognormal}', 20_000),
    'files-114k': Data('file-per-sample', 'raw', '{mean: 114 kB, stddev: 60 kB, distribution: lognormal}', 114_000),
    'files-2.8m': Data('file-per-sample', 'raw', '2.8 MB', 2_800_000, least_bytes=600_000_000),
    'batch-1': Data('file-per-sample', 'raw', '200 kB', 200_000),
    'tfrecord': Data('tfrecord', '', '114660 B', 114_660, framework='tensorflow', shuffle='none', samples_per_file=64,
                     least_bytes=700_000_000),
    'unet3d': Data('file-per-sample', 'npz', '{mean: 24 MB, stddev: 11 MB, distribution: product-of-normals}',
                   24_000_000, least_bytes=1_500_000_000),
}


def dataset_block(data, samples):
    lines = ['dataset:', f'  layout: {data.layout}', f'  samples: {samples}', f'  sample_size: {data.sample_size}']
    if data.content:
        lines.append(f'  content: {data.content}')
    if data.samples_per_file > 1:
        lines.append(f'  samples_per_file: {data.samples_per_file}')
    return lines


def workload_file(case, samples, step_seconds, steps):
    """A case as aforo reads it. step_seconds: compute per batch; steps: per epoch."""
    data = case.laid
    lines = [f'name: {case.data}'] + dataset_block(data, samples) + [
        'loader:', f'  framework: {data.framework}', f'  batch_size: {case.batch}', f'  workers: {case.workers}',
        f'  prefetch: {case.prefetch}', f'  shuffle: {data.shuffle}', f'  read: {{mode: {case.read}}}',
        f'accelerator: {{type: h100, count: {case.accelerators}, step_time: {step_seconds * 1e6:.1f} us}}',
        'training:', f'  epochs: {case.epochs}', f'  steps: {steps}',
        f'  synchronous: {"true" if case.synchronous else "false"}', '  au_target: 0.9']
    return '\n'.join(lines) + '\n'
