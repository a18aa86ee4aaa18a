"""What a loader's worker does with one sample between its bytes and its tensor, as the usual pipelines do it.

Each function takes the bytes of a sample and gives its tensor. Augmentations are the common ones of the task; what is
done for a batch, or on the accelerator, is left out.
"""
import io
import random

import av
import h5py
import numpy as np
import pyarrow.parquet
import pydicom
import soundfile
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]


def tensor(image):
    """As torchvision's ToTensor and Normalize: float32, planes first."""
    pixels = np.asarray(image)
    if pixels.ndim == 2:
        return (pixels.astype(np.float32)[None] * np.float32(1 / 255) - 0.5) / 0.25
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.float32)
    planes *= np.float32(1 / 255)
    planes -= MEAN
    planes /= DEVIATION
    return planes


def flipped(image):
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else image


def random_resized_crop(image, side, filter):
    """A part of 8 to 100 % of the area and of 3:4 to 4:3, as torchvision draws it."""
    width, height = image.size
    for _ in range(10):
        area = width * height * random.uniform(0.08, 1)
        aspect = np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3)))
        w, h = round((area * aspect) ** 0.5), round((area / aspect) ** 0.5)
        if 0 < w <= width and 0 < h <= height:
            left, top = random.randint(0, width - w), random.randint(0, height - h)
            return image.resize((side, side), filter, box=(left, top, left + w, top + h))
    return image.resize((side, side), filter)


def photo(side, filter=Image.Resampling.BILINEAR):
    def decode(data):
        image = Image.open(io.BytesIO(data)).convert('RGB')
        return tensor(flipped(random_resized_crop(image, side, filter)))
    return decode


def detection(width, height):
    def decode(data):
        image = Image.open(io.BytesIO(data)).convert('RGB')
        return tensor(flipped(image.resize((width, height), Image.Resampling.BILINEAR)))
    return decode


def tile(data):
    image = Image.open(io.BytesIO(data)).convert('RGB')
    left, top = random.randint(0, image.width - 224), random.randint(0, image.height - 224)
    return tensor(flipped(image.crop((left, top, left + 224, top + 224))))


def small_crop(image):
    """Resize to 256, a random part of 224: what classifiers of radiographs are trained on."""
    image = image.resize((256, 256), Image.Resampling.BILINEAR)
    left, top = random.randint(0, 32), random.randint(0, 32)
    return tensor(flipped(image.crop((left, top, left + 224, top + 224))))


def radiograph(data):
    return small_crop(Image.open(io.BytesIO(data)).convert('L'))


def radiograph_scaled(data):
    """The decoder itself gives an eighth of the pixels a side where that still is 256: Pillow's draft mode."""
    image = Image.open(io.BytesIO(data))
    image.draft('L', (256, 256))
    return small_crop(image.convert('L'))


def dicom(data):
    pixels = pydicom.dcmread(io.BytesIO(data)).pixel_array.astype(np.float32)
    low, high = pixels.min(), pixels.max()
    pixels = ((pixels - low) * np.float32(255 / (high - low))).astype(np.uint8)
    return small_crop(Image.fromarray(pixels))


def volume(data):
    """The whole of it is unpacked and checked, then 128 voxels a side are cut out."""
    with np.load(io.BytesIO(data)) as file:
        scan, labels = file['scan'], file['labels']
    at = [random.randint(0, max(0, n - 128)) for n in scan.shape]
    cut = tuple(slice(a, a + 128) for a in at)
    return np.ascontiguousarray(scan[cut]), np.ascontiguousarray(labels[cut])


def fields(data):
    with h5py.File(io.BytesIO(data)) as file:
        out = file['data'][...]
    out -= np.float32(0.1)
    out *= np.float32(1.1)
    return out


def waveform(data):
    return soundfile.read(io.BytesIO(data), dtype='float32')[0]


WINDOW = np.hanning(401)[:-1].astype(np.float32)
MELS = np.random.default_rng(1).random((80, 201), dtype=np.float32)


def spectrogram(data):
    """80 bands of the logarithm, windows of 25 ms every 10 ms: the features of Whisper."""
    wave = np.pad(waveform(data), 200)
    frames = np.lib.stride_tricks.sliding_window_view(wave, 400)[::160] * WINDOW
    power = np.abs(np.fft.rfft(frames, axis=1)).astype(np.float32)[:-1] ** 2
    return np.log10(np.maximum(MELS @ power.T, 1e-10))


def clip(data):
    """16 frames, every fourth, from a random place; each decoded from the whole picture before it."""
    with av.open(io.BytesIO(data)) as file:
        stream = file.streams.video[0]
        stream.thread_type = 'NONE'
        first = random.randint(0, stream.frames - 64)
        file.seek(int(first / 30 / stream.time_base), stream=stream)
        frames = []
        for frame in file.decode(stream):
            at = round(float(frame.pts * stream.time_base) * 30)
            if at < first or (at - first) % 4:
                continue
            image = Image.fromarray(frame.to_ndarray(format='rgb24'))
            frames.append(tensor(random_resized_crop(image, 224, Image.Resampling.BILINEAR)))
            if len(frames) == 16:
                break
    return np.stack(frames)


def parquet_group(data):
    """Rows of a whole row group as arrays; costs of one row are these over its rows."""
    table = pyarrow.parquet.read_table(io.BytesIO(data), use_threads=False)
    return [np.frombuffer(value.as_buffer(), np.uint16).copy() for name in table.column_names
            for value in table.column(name)]


def array(data):
    return np.load(io.BytesIO(data))
