#!/usr/bin/env bash
# Software   SimpleITK 2.5.7; one volume of 256 x 256 x 256 voxels of 2 bytes, uncompressed, as NIfTI (.nii) and
#            MetaImage (.mha).
# Asked      A patch of 64 and of 128 voxels a side, through the reader's extraction of a part of a file.
# Guess      At best the planes that the patch crosses are read (a quarter, a half of the file), at worst, for NIfTI
#            surely, the whole file once.
# Seen       NIfTI does better than the best. MetaImage seeks to every row of the patch and fills a buffer of 8,191
#            bytes there for the 128 or 256 that it wants: 4,096 rows read as much as the whole file, 16,384 rows four
#            times it.
# Matters    Patches are cut to read less than the volume; here reading it whole and cutting in memory takes a quarter
#            of the bytes.
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install --quiet --disable-pip-version-check --no-deps simpleitk==2.5.7 numpy==2.4.6
cd "$room"
env/bin/python - <<'PYTHON'
import os
import sys

import numpy
import SimpleITK

SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)


def counters():
    with open("/proc/self/io") as io:
        fields = dict(line.split(": ") for line in io)
    return int(fields["rchar"]), int(fields["syscr"])


def patch(name, side):
    before = counters()
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(name)
    reader.ReadImageInformation()
    reader.SetExtractIndex([32] * 3)
    reader.SetExtractSize([side] * 3)
    assert SimpleITK.GetArrayFromImage(reader.Execute()).nbytes == 2 * side**3
    after = counters()
    return after[0] - before[0], after[1] - before[1]


volume = numpy.random.default_rng(0).integers(-1000, 1000, (256,) * 3, dtype="i2")
seen = {}
for name in ("volume.nii", "volume.mha"):
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(volume), name)
    size = os.path.getsize(name)
    patch(name, 8)  # what is loaded once
    for side in (64, 128):
        read, calls = patch(name, side)
        seen[name, side] = read / size
        print(f"{name}, patch of {side}: {read} bytes in {calls} reads = {read / size:.2f} of the file,"
              f" {read / (2 * side**3):.1f} times the patch")
print("SimpleITK", SimpleITK.Version.VersionString(), "ITK", SimpleITK.Version.ITKVersionString())
print("guess: the file once at worst; seen: MetaImage 1 and 4 times, NIfTI less than the planes crossed")

for side, planes, times in ((64, 0.25, 1.0), (128, 0.5, 4.0)):
    if not seen["volume.nii", side] < planes * 1.05:
        sys.exit(f"changed: NIfTI reads {seen['volume.nii', side]:.2f} of the file for a patch of {side}")
    if not 0.95 * times < seen["volume.mha", side] < 1.1 * times:
        sys.exit(f"changed: MetaImage reads {seen['volume.mha', side]:.2f} of the file for a patch of {side}, not {times}")
PYTHON
