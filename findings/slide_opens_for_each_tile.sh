#!/usr/bin/env bash
# Software   openslide-python 1.4.7 with openslide-bin 4.0.1.2; a tiled TIFF pyramid written by tifffile 2026.3.3.
# Asked      To open a slide of 4,096 x 4,096 pixels with levels of 1,024 and 512 below it, then to cut tiles.
# Guess      Opening reads the smallest level besides the directories, to name the slide by its content, and the file
#            stays open: a tile is then a seek and a read.
# Seen       The first holds: four tiles' worth is read before any tile. The second does not: nothing stays open, each
#            tile opens the file anew, so there are as many opens as tiles.
# Matters    A loader that opens a slide for each sample reads five times what the tile takes; one that keeps slides
#            open still pays an open for each tile, which a network file system charges for.
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install --quiet --disable-pip-version-check --no-deps openslide-python==1.4.7 \
  openslide-bin==4.0.1.2 tifffile==2026.3.3 pillow==13.0.0 numpy==2.4.6
cd "$room"
env/bin/python - <<'PYTHON'
import ctypes
import os
import struct
import sys

import numpy
import openslide
import tifffile

TILE, LEVELS = 256, (4096, 1024, 512)
IN_OPEN, IN_CLOSE_NOWRITE = 0x20, 0x10


def bytes_read():
    with open("/proc/self/io") as io:
        return int(io.readline().split()[1])


class Opens:
    """Counts how often a file is opened from here on."""

    def __init__(self, name):
        libc = ctypes.CDLL(None, use_errno=True)
        self.events = libc.inotify_init1(os.O_NONBLOCK)
        # Closing is watched, too: of equal events in a row only one is told.
        if self.events < 0 or libc.inotify_add_watch(self.events, os.fsencode(name), IN_OPEN | IN_CLOSE_NOWRITE) < 0:
            sys.exit("cannot watch the file for opens")

    def count(self):
        data, opens = os.read(self.events, 1 << 20), 0
        while data:
            _, mask, _, length = struct.unpack_from("iIII", data)
            opens += bool(mask & IN_OPEN)
            data = data[16 + length:]
        return opens


rng = numpy.random.default_rng(0)
with tifffile.TiffWriter("slide.tif", bigtiff=True) as tiff:
    for i, side in enumerate(LEVELS):
        pixels = rng.integers(0, 256, (side, side, 3), dtype="u1")
        tiff.write(pixels, tile=(TILE, TILE), photometric="rgb", compression="zlib", subfiletype=min(i, 1))
with tifffile.TiffFile("slide.tif") as tiff:
    stored = [sum(page.databytecounts) for page in tiff.pages]
    tile = tiff.pages[0].databytecounts[0]

openslide.OpenSlide("slide.tif").close()  # what is loaded once
before = bytes_read()
slide = openslide.OpenSlide("slide.tif")
opening = bytes_read() - before
assert slide.level_count == len(LEVELS)

opens, before, tiles = Opens("slide.tif"), bytes_read(), 0
for i in range(0, 16, 2):
    for j in range(1, 15, 3):
        slide.read_region((i * TILE, j * TILE), 0, (TILE, TILE))
        tiles += 1
cut, opened = bytes_read() - before, opens.count()

print(f"opening: {opening} bytes read; the smallest level takes {stored[-1]}, a tile {tile}")
print(f"{tiles} tiles: {cut / tiles:.0f} bytes read for each, the file opened {opened} times")
print("openslide", openslide.__library_version__, "openslide-python", openslide.__version__)
print("guess: a level to open, then no further open; seen: a level to open, and an open for each tile")

if not stored[-1] < opening < 1.5 * stored[-1]:
    sys.exit(f"changed: opening reads {opening} bytes, no longer the smallest level of {stored[-1]} and a little more")
if opened != tiles:
    sys.exit(f"changed: {tiles} tiles open the file {opened} times, no longer once each")
if not tile * 0.98 < cut / tiles < 1.1 * tile:
    sys.exit(f"changed: a tile of {tile} bytes reads {cut / tiles:.0f}")
PYTHON
