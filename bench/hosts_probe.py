"""What a probe from two hosts says, beside what jobs on one and on two of them reach, where limits are known.

    python3 bench/hosts_probe.py build/release/aforo [MB/s]

Two processes of this machine, each of which takes itself to be on a machine of its own (a boot_id of its own in a mount
namespace), read a data set past the page cache, from a block device whose reads control groups limit: each host's to so
many MB/s (its own way), or both hosts' together (storage). Prints the curves' best rates, and the utilisation that
`predict --per-host` says beside the one that `run` has, on one host and on both. Needs root, mpirun and control groups.
"""

import contextlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from accuracy import cgroups

JOB = """\
name: limited
dataset: {layout: file-per-sample, content: jpeg, samples: 6000, sample_size: {mean: 40 kB}, files_per_directory: 1000}
loader: {framework: pytorch, batch_size: 4, workers: 8, prefetch: 2, read: {mode: direct}}
accelerator: {type: tiny, count: 4, step_time: 4 ms}
training: {epochs: 1, synchronous: true, au_target: 0.95}
"""
LAUNCHER = ["mpirun", "--oversubscribe", "--bind-to", "none", *(["--allow-run-as-root"] if os.geteuid() == 0 else [])]


def host(place, aforo, groups):
    """A program: aforo as a host of its own, process N in the control groups of groups[N]."""
    entering = "".join(f'[ "$N" = {number} ] && echo $$ > {shlex.quote(os.path.join(folder, "cgroup.procs"))}\n'
                       for number, folders in enumerate(groups) for folder in folders)
    path = place / "host.sh"
    path.write_text("#!/bin/sh\nN=${OMPI_COMM_WORLD_RANK:-0}\n" + entering + 'echo "machine $N" > boot.$N\n'
                    'exec unshare --mount sh -c \'mount --bind "$0" /proc/sys/kernel/random/boot_id && '
                    f"exec {shlex.quote(aforo)} \"$@\"' \"$PWD/boot.$N\" \"$@\"\n")
    path.chmod(0o755)
    return str(path)


def record(place, words):
    """The Record of a command; 1 says that the target is missed."""
    done = subprocess.run([*words, "--json", "record.json", "--quiet"], cwd=place, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return json.loads((place / "record.json").read_text())


def measure(place, aforo, kind, groups):
    program = host(place, aforo, groups)
    two = [*LAUNCHER, "-n", "2", program]
    probed = record(place, [*two, "probe", "data", "--workload", "job.yaml", "--read", "direct", "--budget", "20s", "-o",
                            "storage.yaml"])
    for curve in probed["curves"]:
        best = max(point["bytes_per_second"] for point in curve["points"][-3:]) / 1e6
        print(f"{kind}: {curve['hosts']} {'host alone' if curve['scope'] == 'host' else 'hosts'}: {best:.1f} MB/s")
    for hosts, launcher in ((1, [program]), (2, two)):
        predicted = record(place, [aforo, "predict", "job.yaml", "storage.yaml", "--per-host", str(4 // hosts)])
        ran = record(place, [*launcher, "run", "job.yaml", "data", "--no-diagnose"])
        print(f"{kind}: job on {hosts} of them: AU {predicted['au']:.4f} predicted, {ran['au']:.4f} measured; "
              f"limit: {predicted['limit']}")


def main(aforo, megabytes):
    with tempfile.TemporaryDirectory(prefix="aforo-hosts-probe-") as name, contextlib.ExitStack() as stack:
        place = pathlib.Path(name)
        (place / "job.yaml").write_text(JOB)
        subprocess.run([aforo, "generate", "job.yaml", "data", "--quiet"], cwd=place, check=True)
        number = os.stat(place / "data").st_dev
        device = f"{os.major(number)}:{os.minor(number)}"
        limit = {"blkio": lambda version: cgroups.device_limits(version, device, bandwidth=megabytes * 1_000_000)}
        try:
            shared = stack.enter_context(cgroups.either_version(limit, name))
            measure(place, aforo, "storage limited", [shared, shared])
            stack.close()
            # Groups are named after this process: one more is made beside them.
            first = stack.enter_context(cgroups.either_version(limit, name))
            second = [f"{folder}-second" for folder in first]
            for folder in second:
                os.mkdir(folder)
                stack.callback(os.rmdir, folder)
                version = 1 if os.path.exists(os.path.join(folder, "blkio.throttle.read_bps_device")) else 2
                for file, text in limit["blkio"](version).items():
                    pathlib.Path(folder, file).write_text(text)
            measure(place, aforo, "each host limited", [first, second])
        except cgroups.Unavailable as reason:
            sys.exit(str(reason))


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 20)
