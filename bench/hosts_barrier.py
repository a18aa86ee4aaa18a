"""What the barrier of several processes adds to a step: aforo run --null as 1, 2 and 4 processes of this machine.

    python3 bench/hosts_barrier.py build/release/aforo [step time ...]

Four ranks of emulated steps that read nothing; prints, for each step time and number of processes, the median and 95th
percentile of a rank's step, what the median is above that of one process, and CPU per step of all processes. mpirun ties
no process to a core. One machine's processes share its cores: with fewer cores than processes a wake-up waits for others.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

JOB = """\
name: barrier
dataset: {layout: file-per-sample, content: raw, samples: 2400, sample_size: 1 kB}
loader: {framework: pytorch, batch_size: 1, workers: 1, prefetch: 2}
accelerator: {type: none, count: 4, step_time: 1 ms}
training: {epochs: 2, synchronous: true}
"""


def measure(aforo, place, processes, step_time):
    launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(processes)] if processes > 1 else []
    if launcher and os.geteuid() == 0:
        launcher.insert(1, "--allow-run-as-root")
    words = ["run", "job.yaml", "data", "--null", "--step-time", step_time, "--no-diagnose", "--json", "run.json", "--quiet"]
    subprocess.run([*launcher, aforo, *words], cwd=place, capture_output=True)
    return json.loads((place / "run.json").read_text())


def main(aforo, step_times):
    with tempfile.TemporaryDirectory(prefix="aforo-barrier-") as name:
        place = pathlib.Path(name)
        (place / "job.yaml").write_text(JOB)
        subprocess.run([aforo, "generate", "job.yaml", "data", "--quiet"], cwd=place, check=True)
        for step_time in step_times:
            alone = None
            for processes in (1, 2, 4):
                record = measure(aforo, place, processes, step_time)
                p50, p95 = (record["step_seconds"][key] * 1e6 for key in ("p50", "p95"))
                alone = alone if alone is not None else p50
                cpu = record["cpu_seconds"] / record["steps"] * 1e6
                print(f"{step_time:>6} {processes} processes: step p50 {p50:8.1f} us, p95 {p95:8.1f} us, "
                      f"median above one process {p50 - alone:6.1f} us, CPU {cpu:6.1f} us a step")


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2:] or ["200us", "2ms", "20ms"])
