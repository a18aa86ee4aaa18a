#!/usr/bin/env bash
# Software   soundfile 0.14.0 with the libsndfile it brings.
# Asked      One second out of ten minutes of speech-like noise, at the middle and near the end, from WAV, FLAC and MP3.
# Guess      Opening an MP3 scans it for its length, and a crop is then a seek; a FLAC file without a seek table is
#            searched in a few reads; the place of the crop hardly matters.
# Seen       FLAC as guessed. Opening an MP3 takes a kilobyte, and the crop everything before it: the file from its
#            start on, in reads of less than 100 bytes on average; half the file in the middle, and tens of thousands of
#            system calls.
# Matters    Speech training crops at random places: on average it reads half of each long MP3 for a crop of any length.
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install --quiet --disable-pip-version-check --no-deps \
  soundfile==0.14.0 numpy==2.4.6 cffi==2.1.1 pycparser==3.12 typing_extensions==4.16.0
cd "$room"
env/bin/python - 2> >(grep -v '/libmpg123/' >&2) <<'PYTHON'
import os
import sys

import numpy
import soundfile

RATE, SECONDS = 16_000, 600


def counters():
    with open("/proc/self/io") as io:
        fields = dict(line.split(": ") for line in io)
    return int(fields["rchar"]), int(fields["syscr"])


def crop(name, second):
    before = counters()
    with soundfile.SoundFile(name) as sound:
        sound.seek(second * RATE)
        assert len(sound.read(RATE)) == RATE
    after = counters()
    return after[0] - before[0], after[1] - before[1]


rng = numpy.random.default_rng(1)
loudness = 0.05 + 0.25 * numpy.sin(numpy.arange(RATE * SECONDS) / RATE * 3.0) ** 2
wave = (rng.standard_normal(RATE * SECONDS) * loudness * 0.3).clip(-1, 1).astype("f4")
seen = {}
for name in ("speech.wav", "speech.flac", "speech.mp3"):
    soundfile.write(name, wave, RATE, **({"bitrate_mode": "CONSTANT"} if name.endswith(".mp3") else {}))
    size = os.path.getsize(name)
    crop(name, 0)  # what is loaded once
    before = counters()
    assert soundfile.info(name).frames >= RATE * SECONDS
    seen[name, "opening"] = counters()[0] - before[0]
    print(f"{name} of {size} bytes, opening: {seen[name, 'opening']} bytes")
    for second in (SECONDS // 2, SECONDS - 10):
        read, calls = seen[name, second] = crop(name, second)
        print(f"{name}, second {second}: {read} bytes in {calls} reads = {read / size:.4f} of the file,"
              f" {read / (size / SECONDS):.1f} times what the second takes in it")
    seen[name] = size
print("soundfile", soundfile.__version__, soundfile.__libsndfile_version__)
print("guess: MP3 is scanned when opened; seen: when opened hardly read, for a crop all that lies before it")

for name, limit in (("speech.wav", 2 * RATE + 8192), ("speech.flac", 200_000)):
    for second in (SECONDS // 2, SECONDS - 10):
        if seen[name, second][0] > limit:
            sys.exit(f"changed: a second of {name} takes {seen[name, second][0]} bytes, more than {limit}")
if seen["speech.mp3", "opening"] > 16_384:
    sys.exit(f"changed: opening an MP3 reads {seen['speech.mp3', 'opening']} bytes, no longer its beginning alone")
for second in (SECONDS // 2, SECONDS - 10):
    read, calls = seen["speech.mp3", second]
    share, place = read / seen["speech.mp3"], second / SECONDS
    if not 0.9 * place < share < 1.1 * place + 0.05:
        sys.exit(f"changed: MP3 reads {share:.3f} of the file for a second at {place:.3f} of it, not all before it")
    if read / calls > 200:
        sys.exit(f"changed: MP3 is read {read / calls:.0f} bytes at a time, no longer less than 200")
PYTHON
