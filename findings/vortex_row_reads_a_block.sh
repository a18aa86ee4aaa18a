#!/usr/bin/env bash
# Software   vortex-data 0.93.0 (the Vortex columnar file format) with pyarrow 26.0.1.
# Asked      One row by its index out of files of incompressible binary values, written with the library's own writer.
# Guess      The format is made for random access: one row costs its own bytes, or a block of about 1 MiB around it.
# Seen       One row costs the whole block of up to 8,192 rows that it lies in, counted in rows whatever they weigh: in
#            a file of 500 rows of 114,660 bytes all 57 MB, in 20,000 rows of 4,096 bytes 33.6 MB.
# Matters    A shuffled epoch reads thousands of times what it wants, unless blocks stay in memory; how much is set by
#            the number of rows, so larger samples make it no better, but for files of fewer rows.
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install --quiet --disable-pip-version-check --no-deps vortex-data==0.93.0 pyarrow==26.0.1 \
  substrait==0.28.0 substrait-extensions==0.79.0 substrait-protobuf==0.79.0 protobuf==6.33.6 typing_extensions==4.16.0 \
  numpy==2.4.6
cd "$room"
env/bin/python - <<'PYTHON'
import importlib.metadata
import os
import sys

import numpy
import pyarrow
import vortex

BLOCK = 8192


def bytes_read():
    with open("/proc/self/io") as io:
        return int(io.readline().split()[1])


def write(name, rows, size):
    rng = numpy.random.default_rng(0)
    table = pyarrow.table({"sample": pyarrow.array([rng.bytes(size) for _ in range(rows)], type=pyarrow.binary())})
    vortex.io.write(vortex.array(table), name)


def one_row(name, row):
    file = vortex.open(name)
    wanted = vortex.array(pyarrow.array([row], type=pyarrow.uint64()))
    before = bytes_read()
    assert len(file.scan(indices=wanted).read_all()) == 1
    return bytes_read() - before


write("small.vortex", 10, 1000)
one_row("small.vortex", 5)  # what is loaded once
seen = []
for rows, size in ((500, 114_660), (20_000, 4_096), (100_000, 400)):
    write("rows.vortex", rows, size)
    read = one_row("rows.vortex", 300)
    seen.append((rows, size, read / size))
    print(f"{rows} rows of {size} bytes, file of {os.path.getsize('rows.vortex')}: one row read {read} bytes"
          f" = {read / size:.0f} rows")
print("vortex-data", importlib.metadata.version("vortex-data"))
print("guess: the row, or about 1 MiB; seen: all rows of its block of 8,192")

for rows, size, read_rows in seen:
    block = min(rows, BLOCK)
    if not 0.98 * block < read_rows < 1.1 * block:
        sys.exit(f"changed: one of {rows} rows of {size} bytes reads {read_rows:.0f} rows, no longer {block}")
PYTHON
