#!/usr/bin/env bash
# Software   tensorstore 0.1.86, driver zarr3, on local files; a shard of 64 MiB: 16,384 chunks of one row of 4,096
#            bytes.
# Asked      The same 64 random rows: one after another, all at once, all at once in a Batch, all in one indexed read;
#            then one after another with a cache pool.
# Guess      How many are in flight changes the time and not the bytes: without a cache pool (none unless asked for)
#            every row reads the index of the shard, in each of these ways.
# Seen       It changes the bytes 32 times over. One after another, each row reads the index, as guessed: 262,148 bytes
#            for 4,096, 65 times what is wanted. Asked together they share one reading (a Batch, an indexed read) or a
#            few: 2 to 4 times. With a pool the slow way reads no more than the fast one.
# Matters    A measurement at depth 32 says nothing of the bytes at depth 1; a loader that asks row by row needs the
#            pool.
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install --quiet --disable-pip-version-check --no-deps \
  tensorstore==0.1.86 ml_dtypes==0.6.0 numpy==2.4.6
cd "$room"
env/bin/python - <<'PYTHON'
import importlib.metadata
import os
import sys

import numpy
import tensorstore

ROWS, SIZE, ASKED = 16_384, 4_096, 64
INDEX = 16 * ROWS + 4  # place and length of each chunk, and a checksum
STORE = {"driver": "zarr3", "kvstore": {"driver": "file", "path": os.path.abspath("array") + "/"}}
little = {"name": "bytes", "configuration": {"endian": "little"}}
METADATA = {
    "shape": [ROWS, SIZE],
    "data_type": "uint8",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [ROWS, SIZE]}},
    "codecs": [{"name": "sharding_indexed", "configuration": {
        "chunk_shape": [1, SIZE], "codecs": [{"name": "bytes"}], "index_codecs": [little, {"name": "crc32c"}]}}],
}


def bytes_read():
    with open("/proc/self/io") as io:
        return int(io.readline().split()[1])


def one_after_another(array, rows):
    for row in rows:
        array[row].read().result()


def at_once(array, rows):
    for pending in [array[row].read() for row in rows]:
        pending.result()


def batch(array, rows):
    with tensorstore.Batch() as shared:
        pending = [array[row].read(batch=shared) for row in rows]
    for one in pending:
        one.result()


def indexed(array, rows):
    array[rows].read().result()


array = tensorstore.open({**STORE, "metadata": METADATA}, create=True).result()
array.write(numpy.random.default_rng(0).integers(0, 256, (ROWS, SIZE), dtype="u1")).result()
rows = numpy.random.default_rng(1).permutation(ROWS)[:ASKED].tolist()

seen = {}
for how, pool in ((one_after_another, 0), (at_once, 0), (batch, 0), (indexed, 0), (one_after_another, 100_000_000)):
    context = tensorstore.Context({"cache_pool": {"total_bytes_limit": pool}})
    array = tensorstore.open(STORE, context=context).result()
    before = bytes_read()
    how(array, rows)
    read = bytes_read() - before
    seen[how.__name__, pool > 0] = (read - ASKED * SIZE) / INDEX
    print(f"{how.__name__}{', cache pool' if pool else ''}: {read} bytes = {read / (ASKED * SIZE):.1f} times the rows;"
          f" the index {seen[how.__name__, pool > 0]:.2f} times")
print("tensorstore", importlib.metadata.version("tensorstore"))
print("guess: the same bytes in every way; seen: the index once for each row, or once for all")

if not 0.99 * ASKED < seen["one_after_another", False] < 1.01 * ASKED:
    sys.exit(f"changed: rows one after another no longer read the index once each, {ASKED} times")
if not seen["at_once", False] < ASKED / 2:
    sys.exit("changed: rows asked for at once no longer share the index")
for key in (("batch", False), ("indexed", False), ("one_after_another", True)):
    if not 0.99 < seen[key] < 1.1:
        sys.exit(f"changed: {key[0]} reads the index {seen[key]:.2f} times, no longer once")
PYTHON
