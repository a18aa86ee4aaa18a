"""CPU seconds of one core that it takes to turn one sample's bytes into its tensor. Prints JSON.

Called by run.py in an environment with requirements.txt. Each case is run in rounds, one after the other, so that a
disturbance falls upon all; CPU time of this process is counted, not the clock, so that others on the machine matter
little. Samples lie in memory: reading them is not in it.
"""
import argparse
import importlib.metadata
import itertools
import json
import os
import random
import statistics
import sys
import time

for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[name] = '1'

import cases  # noqa: E402
import inputs  # noqa: E402
from PIL import Image, features  # noqa: E402

BICUBIC = Image.Resampling.BICUBIC
# name: (what, samples in an item, makes the items, decodes one)
CASES = {
    'photo': ('JPEG 500 x 375, 115 kB; part of it to 224', 1,
              lambda: inputs.jpegs(8, 500, 375, 114660), cases.photo(224)),
    'photo-380': ('the same to 380, bicubic', 1,
                  lambda: inputs.jpegs(8, 500, 375, 114660), cases.photo(380, BICUBIC)),
    'pair': ('JPEG 256 x 256, 26 kB; part of it to 224, bicubic', 1,
             lambda: inputs.jpegs(8, 256, 256, 26000), cases.photo(224, BICUBIC)),
    'tile': ('JPEG 384 x 384, 45 kB; 224 cut out', 1,
             lambda: inputs.jpegs(8, 384, 384, 45000, quality=85), cases.tile),
    'coco': ('JPEG 640 x 480, 163 kB; to 1066 x 800', 1,
             lambda: inputs.jpegs(8, 640, 480, 163000), cases.detection(1066, 800)),
    'openimages': ('JPEG 1024 x 768, 301 kB; to 800 x 800', 1,
                   lambda: inputs.jpegs(6, 1024, 768, 301000, quality=90), cases.detection(800, 800)),
    'radiograph': ('JPEG 2544 x 3056 grey, 1.48 MB; to 256, 224 cut out', 1,
                   lambda: inputs.jpegs(4, 2544, 3056, 1480000, channels=1), cases.radiograph),
    'radiograph-scaled': ('the same, decoded at an eighth of the side', 1,
                          lambda: inputs.jpegs(4, 2544, 3056, 1480000, channels=1), cases.radiograph_scaled),
    'chexpert': ('JPEG 2320 x 2828 grey, 1.96 MB; likewise', 1,
                 lambda: inputs.jpegs(4, 2320, 2828, 1960000, channels=1), cases.radiograph),
    'chexpert-scaled': ('the same, decoded at an eighth of the side', 1,
                        lambda: inputs.jpegs(4, 2320, 2828, 1960000, channels=1), cases.radiograph_scaled),
    'png': ('PNG 1024 x 1024 grey, 401 kB; to 256, 224 cut out', 1,
            lambda: inputs.pngs(6, 1024, 1024, 401000), cases.radiograph),
    'dicom': ('DICOM 2500 x 2500 of 16 bits, 12.5 MB; to 256, 224 cut out', 1,
              lambda: inputs.dicoms(3, 2500, 2500), cases.dicom),
    'npz': ('npz 308^3 float32 and labels, 146 MB stored; 128^3 cut out', 1,
            lambda: inputs.volumes(1, 308, False), cases.volume),
    'npz-deflated': ('the same volume, compressed', 1,
                     lambda: inputs.volumes(1, 308, True), cases.volume),
    'hdf5': ('HDF5 16 x 768 x 1152 float32, 56.6 MB; normalised', 1,
             lambda: inputs.fields_hdf5(1, (16, 768, 1152)), cases.fields),
    'hdf5-large': ('HDF5 20 x 720 x 1440 float32, 82.9 MB; normalised', 1,
                   lambda: inputs.fields_hdf5(1, (20, 720, 1440)), cases.fields),
    'wav': ('WAV 12.3 s, 394 kB', 1, lambda: inputs.speech(12.3, 'WAV'), cases.waveform),
    'flac': ('FLAC 12.3 s of the same', 1, lambda: inputs.speech(12.3, 'FLAC'), cases.waveform),
    'flac-features': ('FLAC 30 s; 80 bands of a spectrogram', 1,
                      lambda: inputs.speech(30, 'FLAC'), cases.spectrogram),
    'mp4': ('H.264 340 x 256, 10 s, 1.9 MB; 16 frames, parts of them to 224', 1,
            lambda: inputs.clips(3, 340, 256, 10, 1900000), cases.clip),
    'parquet': ('Parquet, rows of embeddings, 2.27 MB each, not compressed', 16,
                lambda: inputs.parquet_rows(16, {'image': 131072, 'text': 2097152, 'mean': 44776}),
                cases.parquet_group),
    'npy': ('npy of 8 x 64 x 64 float32, 131 kB', 1, lambda: inputs.arrays(8, (8, 64, 64)), cases.array),
}


def seconds_per_sample(items, decode, samples, least):
    source, count = itertools.cycle(items), 0
    begin = time.process_time()
    while True:
        decode(next(source))
        count += samples
        spent = time.process_time() - begin
        if spent >= least:
            return spent / count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--least', type=float, default=0.5, help='CPU seconds of a case in a round')
    parser.add_argument('--only', action='append', choices=sorted(CASES))
    options = parser.parse_args()
    random.seed(1)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    made, seen = {}, {}
    for name in options.only or CASES:
        what, samples, make, decode = CASES[name]
        items = make()
        decode(items[0])
        made[name] = items
        seen[name] = []
        print(name, *(len(item) // samples for item in items[:3]), file=sys.stderr)
    for _ in range(options.rounds):
        for name, items in made.items():
            _, samples, _, decode = CASES[name]
            seen[name].append(seconds_per_sample(items, decode, samples, options.least))
    out = []
    for name, values in seen.items():
        what, samples, _, _ = CASES[name]
        size = statistics.mean(len(item) for item in made[name]) / samples
        out.append({'case': name, 'what': what, 'sample_bytes': round(size),
                    'median_s': statistics.median(values), 'least_s': min(values), 'most_s': max(values),
                    'rounds': values})
    names = ('av', 'h5py', 'numpy', 'pillow', 'pyarrow', 'pydicom', 'scipy', 'soundfile')
    versions = {name: importlib.metadata.version(name) for name in names}
    versions['libjpeg-turbo in pillow'] = features.version('libjpeg_turbo')
    json.dump({'versions': versions, 'cases': out}, sys.stdout, indent=1)


if __name__ == '__main__':
    main()
