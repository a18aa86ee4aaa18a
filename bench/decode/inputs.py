"""Samples as training reads them, made in memory: the pixels, bytes and codecs of the presets' datasets, no content.

Decoding costs by pixels and by bytes, so that a picture is made as rough as it takes for its file to be as long as
the dataset's mean.
"""
import io

import av
import h5py
import numpy as np
import pyarrow
import pyarrow.parquet
import pydicom
import soundfile
from PIL import Image
from scipy import fft


def field(rng, height, width, steepness):
    """A random field whose power falls with frequency, as that of pictures does; mean 0, deviation 1."""
    y, x = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]
    frequency = np.sqrt(x * x + y * y)
    frequency[0, 0] = 1
    waves = rng.standard_normal(frequency.shape) + 1j * rng.standard_normal(frequency.shape)
    waves /= frequency ** steepness
    waves[0, 0] = 0
    out = fft.irfft2(waves, s=(height, width))
    return (out / out.std()).astype(np.float32)


def encoded(pixels, kind, **how):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **how)
    return out.getvalue()


def picture(rng, width, height, channels, kind, wanted, **how):
    """A file of about `wanted` bytes: smooth shapes and as much grain as that takes."""
    planes = 1 if channels == 1 else 3
    smooth = np.stack([field(rng, height, width, 1.8) for _ in range(planes)], -1)
    if planes == 3:
        smooth = 0.3 * smooth + smooth[:, :, :1]
    grain = field(rng, height, width, 0.4)[:, :, None]

    def file(roughness):
        pixels = np.clip(128 + 40 * smooth + roughness * grain, 0, 255).astype(np.uint8)
        return encoded(pixels[:, :, 0] if channels == 1 else pixels, kind, **how)

    low, high = 0.0, 80.0
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if len(file(middle)) < wanted else (low, middle)
    return file((low + high) / 2)


def jpegs(count, width, height, wanted, channels=3, quality=95):
    rng = np.random.default_rng(1)
    return [picture(rng, width, height, channels, 'JPEG', wanted, quality=quality) for _ in range(count)]


def pngs(count, width, height, wanted):
    rng = np.random.default_rng(1)
    return [picture(rng, width, height, 1, 'PNG', wanted) for _ in range(count)]


def dicoms(count, rows, columns):
    """Radiographs of 12 bits in 16, not compressed."""
    rng = np.random.default_rng(1)
    out = []
    for _ in range(count):
        pixels = np.clip(2048 + 500 * field(rng, rows, columns, 1.5), 0, 4095).astype(np.uint16)
        meta = pydicom.dataset.FileMetaDataset()
        meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        meta.MediaStorageSOPClassUID = pydicom.uid.DigitalXRayImageStorageForPresentation
        meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
        one = pydicom.dataset.FileDataset('', {}, file_meta=meta, preamble=b'\0' * 128)
        one.Rows, one.Columns, one.SamplesPerPixel = rows, columns, 1
        one.PhotometricInterpretation = 'MONOCHROME2'
        one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
        one.PixelData = pixels.tobytes()
        file = io.BytesIO()
        one.save_as(file, enforce_file_format=True)
        out.append(file.getvalue())
    return out


def volumes(count, side, compressed):
    """A CT volume of float32 with its labels, as numpy keeps two arrays."""
    rng = np.random.default_rng(1)
    out = []
    for _ in range(count):
        # Noise is drawn coarsely: 12 bits a voxel, most of them alike to their neighbours.
        scan = np.round(np.cumsum(rng.integers(-3, 4, side ** 3, dtype=np.int16)) / 8).astype(np.float32)
        labels = np.zeros(side ** 3, np.uint8)
        labels[: side ** 3 // 20] = 1
        file = io.BytesIO()
        (np.savez_compressed if compressed else np.savez)(file, scan=scan.reshape(side, side, side),
                                                          labels=labels.reshape(side, side, side))
        out.append(file.getvalue())
    return out


def fields_hdf5(count, shape):
    """Fields of float32, one file each, laid in one piece as h5py does by itself."""
    rng = np.random.default_rng(1)
    out = []
    for _ in range(count):
        file = io.BytesIO()
        with h5py.File(file, 'w') as made:
            made['data'] = rng.standard_normal(shape, dtype=np.float32)
        out.append(file.getvalue())
    return out


def speech(seconds, kind, count=8):
    """Noise that a codec compresses as it does voices, by about a half; 16 kHz, 16 bit."""
    rng = np.random.default_rng(1)
    out = []
    for _ in range(count):
        loud = 0.02 + 0.1 * np.abs(np.sin(np.arange(int(seconds * 16000)) / 5000))
        wave = np.convolve(rng.standard_normal(int(seconds * 16000)), np.ones(12) / 12, 'same') * loud
        file = io.BytesIO()
        soundfile.write(file, wave, 16000, format=kind, subtype='PCM_16')
        out.append(file.getvalue())
    return out


def clips(count, width, height, seconds, wanted):
    """H.264 at 30 frames a second, one whole picture every 250 frames as x264 sets it by itself."""
    rng = np.random.default_rng(1)
    out = []
    for _ in range(count):
        still = np.clip(128 + 45 * field(rng, height * 2, width * 2, 1.6), 0, 255).astype(np.uint8)
        file = io.BytesIO()
        with av.open(file, 'w', format='mp4') as made:
            stream = made.add_stream('libx264', rate=30)
            stream.width, stream.height, stream.pix_fmt = width, height, 'yuv420p'
            stream.bit_rate = int(wanted * 8 / seconds)
            for i in range(int(seconds * 30)):
                shift = i % min(height, width)
                window = still[shift:shift + height, shift:shift + width]
                noisy = window.astype(np.int16) + rng.integers(-6, 7, window.shape, dtype=np.int16)
                rgb = np.repeat(np.clip(noisy, 0, 255).astype(np.uint8)[:, :, None], 3, 2)
                made.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format='rgb24')))
            made.mux(stream.encode())
        out.append(file.getvalue())
    return out


def parquet_rows(rows, parts):
    """One row group of rows with a binary column for each part, not compressed."""
    rng = np.random.default_rng(1)
    columns = {name: [rng.bytes(size) for _ in range(rows)] for name, size in parts.items()}
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file, compression='none', use_dictionary=False)
    return [file.getvalue()]


def arrays(count, shape):
    rng = np.random.default_rng(1)
    out = []
    for _ in range(count):
        file = io.BytesIO()
        np.save(file, rng.standard_normal(shape, dtype=np.float32))
        out.append(file.getvalue())
    return out
