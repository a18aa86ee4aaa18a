#!/usr/bin/env python3
"""Hit shares of a cache on this host's disk in front of a bucket, measured beside predicted.

    bench/local_cache.py build/release/aforo [--draw SEED N]

Each line is a dataset in a bucket of versitygw (scripts/install_s3_servers.sh) on this machine, of a size, a file size, a number of
epochs and a cache drawn by the seed, read once with `aforo run --cache` into an empty cache; predicted is `cache_hit_share` of `aforo
predict --cache-size` of the same job. Shares of reads, of all epochs, the first, cold one included. Packed datasets are shards that a
miss fetches whole.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("AFORO_SOURCE_DIR", str(ROOT))
os.environ.setdefault("AFORO", "")
sys.path.insert(0, str(ROOT / "tests/session"))
import s3_servers  # noqa: E402

JOB = ("name: cached\ndataset: {{layout: {layout}, content: raw, samples: {samples}, sample_size: {size} B{shards}}}\n"
       "loader: {{framework: pytorch, batch_size: 4, workers: 2, prefetch: 2}}\n"
       "accelerator: {{type: tiny, count: 2, step_time: 0.2 ms}}\ntraining: {{epochs: {epochs}, au_target: 0.01}}\n")
BUCKET = "storage: 1\nname: bucket\nstations: [{station: requests, name: requests, rate: 3000/s}]\n"


def drawn(numbers):
    packed = numbers.random() < 0.3
    size = int(numbers.choice((5e3, 20e3, 60e3, 150e3)) * numbers.uniform(0.7, 1.3))
    per_shard = numbers.choice((25, 50, 100))
    samples = per_shard * numbers.randint(20, 60) if packed else 8 * numbers.randint(60, 400)
    takes = samples * (size if packed else -(-size // 4096) * 4096)
    return {"layout": "webdataset" if packed else "file-per-sample", "samples": samples, "size": size, "epochs": numbers.randint(2, 6),
            "shards": f", samples_per_file: {per_shard}" if packed else "", "policy": numbers.choice(("random", "lru")),
            "cache": int(takes * numbers.uniform(0.1, 0.9)) // 1000}


def asked(aforo, place, environment, *words):
    done = subprocess.run([aforo, *map(str, words), "--json", "-", "--quiet"], cwd=place, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("aforo")
    parser.add_argument("--draw", nargs=2, type=int, default=(2026, 16), metavar=("SEED", "N"))
    options = parser.parse_args()
    aforo, numbers, errors = str(pathlib.Path(options.aforo).resolve()), random.Random(options.draw[0]), []
    print("| layout | objects | sample | cache | of the dataset | policy | epochs | measured | predicted | error |")
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    with s3_servers.started("versitygw") as server, tempfile.TemporaryDirectory(prefix="aforo-cache-") as at:
        place = pathlib.Path(at)
        environment = {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")}, **server.environment}
        (place / "bucket.yaml").write_text(BUCKET)
        for line in range(options.draw[1]):
            case = drawn(numbers)
            (place / "job.yaml").write_text(JOB.format(**case))
            bucket, cache = f"s3://{server.bucket}/set-{line}", place / f"cache-{line}"
            how = ("--cache-size", f"{case['cache']} kB", "--cache-policy", case["policy"])
            subprocess.run([aforo, "generate", "job.yaml", bucket, "--quiet"], cwd=place, env=environment, check=True)
            run = asked(aforo, place, environment, "run", "job.yaml", bucket, "--cache", cache, *how, "--no-diagnose")
            said = asked(aforo, place, environment, "predict", "job.yaml", "bucket.yaml", *how, "--no-advice")["cache_hit_share"]
            reads = run["cache"]["hits"] + run["cache"]["misses"] + run["cache"]["passed"]
            measured = run["cache"]["hits"] / reads
            errors.append(said - measured)
            share = case["cache"] * 1000 / run["config"]["dataset_bytes"]
            print(f"| {case['layout']} | {run['config']['dataset_files']} | {case['size'] / 1000:.0f} kB | {case['cache'] / 1000:.1f} MB "
                  f"| {share:.2f} | {case['policy']} | {case['epochs']} | {measured:.3f} | {said:.3f} | {said - measured:+.3f} |", flush=True)
    sizes = sorted(map(abs, errors))
    print(f"\nmean of |error| {sum(sizes) / len(sizes):.3f}, largest {sizes[-1]:.3f}, mean error {sum(errors) / len(errors):+.3f}")


if __name__ == "__main__":
    main()
