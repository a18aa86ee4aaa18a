#!/usr/bin/env bash
# Software   PyAV 18.1.0 with the FFmpeg libraries it brings; the same H.264 stream once in MP4, once in Matroska.
# Asked      16 frames from 1 s on, of a clip of 10 s whose only key frame is its first.
# Guess      The container makes no difference: both read from the key frame to the 16th frame, a fifth of the file.
# Seen       MP4 does. Matroska is read on after the place until a key frame comes, here to the end of the file; it goes
#            back and then reads the same fifth: more than the whole file, over five times what MP4 reads. With a key
#            frame each second, so that one follows, the two read about the same.
# Matters    Datasets of short clips are often cut so that one group of pictures fills the file.
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install --quiet --disable-pip-version-check --no-deps av==18.1.0 numpy==2.4.6
cd "$room"
env/bin/python - <<'PYTHON'
import os
import sys

import av
import numpy

RATE, SECONDS, WIDTH, HEIGHT = 25, 10, 320, 240


def write(name, key_frame_every):
    rng = numpy.random.default_rng(0)
    scene = rng.integers(0, 256, (HEIGHT // 4, WIDTH // 4, 3), dtype="u1").repeat(4, 0).repeat(4, 1)
    with av.open(name, "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"sc_threshold": "0"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", 1_500_000
        stream.codec_context.gop_size = key_frame_every
        for i in range(RATE * SECONDS):
            picture = numpy.roll(scene, (3 * i, 2 * i), (0, 1)) ^ rng.integers(0, 16, scene.shape, dtype="u1")
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def bytes_read():
    with open("/proc/self/io") as io:
        return int(io.readline().split()[1])


def clip(name, start, frames=16):
    before = bytes_read()
    with av.open(name) as container:
        stream = container.streams.video[0]
        container.seek(int(start / stream.time_base), stream=stream)
        got = 0
        for frame in container.decode(stream):
            got += frame.time >= start
            if got == frames:
                break
    assert got == frames
    return (bytes_read() - before) / os.path.getsize(name)


share = {}
for key_frame_every in (RATE * SECONDS, RATE):
    for name in ("clip.mp4", "clip.mkv"):
        write(name, key_frame_every)
        clip(name, 1)  # what is loaded once
        share[name, key_frame_every] = clip(name, 1)
        print(f"key frame every {key_frame_every} frames, {name}: {share[name, key_frame_every]:.2f} of the file read")
print("av", av.__version__, "ffmpeg", av.ffmpeg_version_info)
print("guess: one share for both; seen: Matroska reads more than the file where no key frame follows")

one, many = RATE * SECONDS, RATE
if not share["clip.mp4", one] < 0.35:
    sys.exit("changed: MP4 reads more than a third of a clip with one key frame")
if not 1.0 < share["clip.mkv", one] < 1.5:
    sys.exit("changed: Matroska no longer reads all of a clip, and a part again, where no key frame follows")
if not share["clip.mkv", many] < 1.5 * share["clip.mp4", many]:
    sys.exit("changed: Matroska reads far more than MP4 even where a key frame follows")
PYTHON
