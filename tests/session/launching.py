"""Several processes of aforo, started by Open MPI's mpirun."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from session import AFORO, Said, Session

MPIRUN = shutil.which("mpirun")
# What a test needs of mpirun: many processes on few cores, none tied to one, and time for a Record after an end.
OPTIONS = ["--oversubscribe", "--bind-to", "none"] + (["--allow-run-as-root"] if os.geteuid() == 0 else [])


def missing(why):
    """Skips, or fails where everything must be there."""
    if os.environ.get("AFORO_REQUIRE_PEERS") == "1":
        raise AssertionError(why)
    raise unittest.SkipTest(why)


def require_mpi():
    if MPIRUN is None:
        missing("no mpirun here (openmpi-bin)")
    if not pathlib.Path(AFORO).with_name("aforo_mpi.so").exists():
        missing("this build has no aforo_mpi.so")


def processes_of(launcher):
    """{process number: the pids of it} of all that `launcher` started, its children's children too."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, look = {}, [launcher]
    while look:
        for pid in children.get(look.pop(), []):
            look.append(pid)
            try:
                variables = dict(one.split("=", 1) for one in
                                 pathlib.Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0") if "=" in one)
                name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
            except OSError:
                continue
            if name == "aforo" and "OMPI_COMM_WORLD_RANK" in variables:
                found.setdefault(int(variables["OMPI_COMM_WORLD_RANK"]), []).append(pid)
    return found


class Launching(Session):
    @classmethod
    def setUpClass(cls):
        require_mpi()

    def words(self, processes, *words, program=AFORO):
        return [MPIRUN, *OPTIONS, "-n", str(processes), str(program), *(str(word) for word in words)]

    def together(self, processes, *words, code=0, program=AFORO, timeout=60):
        """`aforo *words` as so many processes, with the exit code that mpirun passes on; None: met or not."""
        words = self.words(processes, *words, program=program)
        said = Said(words, subprocess.run(words, capture_output=True, text=True, cwd=self.place, timeout=timeout))
        self.assertIn(said.code, (0, 1) if code is None else (code,), said)
        return said

    def joint(self, processes, *words, **how):
        """The Record of all."""
        self.together(processes, *words, "--json", "joint.json", "--quiet", **how)
        return self.joint_record()

    def joint_record(self):
        return json.loads((self.place / "joint.json").read_text())

    def sentences(self, said):
        """What aforo itself said: mpirun adds paragraphs of its own."""
        return [line for line in said.err.splitlines() if line.startswith("aforo: ")]

    def refused(self, processes, *words, program=AFORO):
        """The one sentence by which all processes end."""
        said = self.together(processes, *words, code=2, program=program)
        sentences = self.sentences(said)
        self.assertEqual(len(sentences), 1, said)
        self.assertEqual(said.out, "", said)
        return sentences[0]

    def each_in_its_own(self, script):
        """A program that runs `script` (with $N, the process's number) and then aforo."""
        path = self.place / "each.sh"
        path.write_text(f'#!/bin/sh\nN=$OMPI_COMM_WORLD_RANK\n{script}\nexec "{AFORO}" "$@"\n')
        path.chmod(0o755)
        return path

    def begun(self, processes, *words, program=AFORO):
        """A run of all that goes on, once all processes are there and make steps."""
        launcher = subprocess.Popen(self.words(processes, *words, "--json", "joint.json", "--quiet", program=program),
                                    cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.ended, launcher)
        until = time.monotonic() + 20
        while len(processes_of(launcher.pid)) < processes and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(2)
        self.assertIsNone(launcher.poll(), "it ended by itself")
        return launcher

    def ended(self, launcher):
        """Nothing is left of it, whatever the test found."""
        left = [pid for pids in processes_of(launcher.pid).values() for pid in pids]
        launcher.kill()
        launcher.communicate()
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
