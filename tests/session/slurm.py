"""A Slurm of one machine for a test: its controller and its daemon on loopback, in a directory of their own, until it ends."""

import os
import pathlib
import shutil
import socket
import subprocess
import time
import unittest

from launching import missing

NEEDED = ("slurmctld", "slurmd", "srun", "sinfo")
CONFIGURATION = """\
ClusterName=aforo
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={daemon}
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.log
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP OverSubscribe=FORCE
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Slurm:
    def __init__(self, place):
        for program in NEEDED:
            if shutil.which(program) is None:
                missing(f"no {program} here (slurmctld, slurmd, slurm-client)")
        if os.geteuid() != 0:
            missing("Slurm's daemon needs root")
        self.place = pathlib.Path(place)
        for folder in ("state", "spool"):
            (self.place / folder).mkdir(parents=True)
        self.host = socket.gethostname().split(".")[0]
        self.configuration = self.place / "slurm.conf"
        self.configuration.write_text(CONFIGURATION.format(
            host=self.host, controller=free_port(), daemon=free_port(), place=self.place))
        self.environment = {**os.environ, "SLURM_CONF": str(self.configuration)}
        self.daemons = []

    def __enter__(self):
        try:
            for words in (["slurmctld", "-D", "-f", self.configuration],
                          ["slurmd", "-D", "-f", self.configuration, "-N", self.host]):
                with open(self.place / f"{words[0]}.out", "wb") as out:
                    self.daemons.append(subprocess.Popen(words, env=self.environment, stdout=out, stderr=out))
            until = time.monotonic() + 30
            while self.state() not in ("idle", "mixed"):
                if time.monotonic() > until or any(daemon.poll() is not None for daemon in self.daemons):
                    raise unittest.SkipTest("Slurm does not come up here: " + "".join(
                        path.read_text()[-2000:] for path in self.place.glob("*.out")))
                time.sleep(0.2)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def state(self):
        said = subprocess.run(["sinfo", "-h", "-o", "%T"], env=self.environment, capture_output=True, text=True, check=False)
        return said.stdout.strip().rstrip("*")
