"""A probe from several processes of this machine, by Open MPI: one file of all, with what all get and what one host gets."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

from launching import Launching, missing, processes_of
from session import AFORO


class Probing(Launching):
    def setUp(self):
        super().setUp()
        # Enough to read for windows that all processes of a busy machine come to.
        job = self.job()
        job.write_text(job.read_text().replace("samples: 240", "samples: 3000"))
        self.small, self.data = self.dataset(job)

    def probe(self, processes, *words, program=AFORO, budget="4s", **how):
        """The storage file's text and the Record of all."""
        self.together(processes, "probe", *words, "-o", "storage.yaml", "--budget", budget, "--json", "probe.json", "--quiet",
                      program=program, **how)
        return (self.place / "storage.yaml").read_text(), json.loads((self.place / "probe.json").read_text())

    def script(self, text):
        """A program that runs `text` (with $N, the process's number), which execs aforo with "$@"."""
        path = self.place / "each.sh"
        path.write_text(f'#!/bin/sh\nN=$OMPI_COMM_WORLD_RANK\n{text}\n')
        path.chmod(0o755)
        return path

    def on_machines(self, processes_each=1):
        """aforo, on what looks to it like a machine of its own for every so many processes: by the kernel's boot_id."""
        if os.geteuid() != 0 or shutil.which("unshare") is None:
            missing("a mount namespace needs root and util-linux")
        return self.script(f'M=$((N / {processes_each}))\necho machine-$M > boot.$N\n'
                           f'exec unshare --mount sh -c \'mount --bind "$0" /proc/sys/kernel/random/boot_id && '
                           f'exec "{AFORO}" "$@"\' "$PWD/boot.$N" "$@"')

    def curves(self, record):
        return [(curve.get("scope", "shared"), curve.get("hosts", 1)) for curve in record["curves"] if not curve["cached"]]


class OneMachine(Probing):
    def test_processes_of_one_machine_are_one_host(self):
        before = self.files("data")
        for processes in (2, 4):
            text, record = self.probe(processes, "data", "--workload", self.small)
            self.assertEqual(self.curves(record), [("shared", 1)])
            self.assertNotIn("scope: host", text)
            self.assertEqual([host["process"] for host in record["hosts"]], list(range(processes)))
            self.assertEqual({host["host"] for host in record["hosts"]}, {0})
            self.assertIn(f"{processes} processes on one machine are one host", " ".join(record["notes"]))
            self.assertFalse(record["partial"])
            predicted = self.record("predict", self.small, "storage.yaml", code=None)
            self.assertGreater(predicted["au"], 0)
        self.assertEqual(self.files("data"), before)

    def test_the_first_process_speaks_for_all(self):
        said = self.together(2, "probe", "data", "-o", "storage.yaml", "--budget", "2s", "--read", "buffered")
        self.assertEqual(said.out.count("aforo probe"), 1, said)

    def test_what_is_refused(self):
        before = self.files("data")
        self.assertIn("one process for --precision",
                      self.refused(2, "probe", "data", "--workload", self.small, "--precision", "10", "-o", "storage.yaml"))
        subprocess.run(["cp", "-r", "data", "other"], cwd=self.place, check=True)
        samples = sorted(name for name in self.files("other") if name.endswith(".jpg"))
        (self.place / "other" / samples[7]).rename(self.place / "other" / samples[7].replace(".jpg", "x.jpg"))
        for place in ("data", "other"):
            for path in (self.place / place).glob("*aforo*"):
                path.unlink()
        words = ["probe", "data", "-o", "storage.yaml", "--budget", "4s"]
        other = self.script(f'[ $N = 1 ] && mkdir -p in && cd in && ln -sfn ../other data\nexec "{AFORO}" "$@"')
        sentence = self.refused(2, *words, program=other)
        self.assertIn("expected the same files on all hosts", sentence)
        self.assertIn("process 1", sentence)
        nothing = self.script(f'[ $N = 1 ] && mkdir -p none && cd none\nexec "{AFORO}" "$@"')
        self.assertIn("found none", self.refused(2, *words, program=nothing))
        self.assertFalse((self.place / "storage.yaml").exists())
        self.assertEqual({name for name in before if name.endswith(".jpg")}, set(self.files("data")))

    def begun_probing(self, *words, program=AFORO):
        launcher = subprocess.Popen(self.words(2, "probe", *words, "-o", "storage.yaml", "--budget", "60s", program=program),
                                    cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.ended, launcher)
        until = time.monotonic() + 20
        while len(processes_of(launcher.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(3)
        self.assertIsNone(launcher.poll(), "it ended by itself")
        return launcher

    def nothing_left(self, launcher, *places):
        _, err = launcher.communicate(timeout=60)
        self.assertNotEqual(launcher.returncode, 0)
        self.assertFalse((self.place / "storage.yaml").exists())
        for place in places:
            self.assertFalse((self.place / place).exists(), f"{place} is left: {err}")
        return [line for line in err.splitlines() if line.startswith("aforo: ")]

    def test_a_process_that_is_killed(self):
        before = self.files("data")
        launcher = self.begun_probing("data", "--writes", "w", "--workload", self.small)
        for pid in processes_of(launcher.pid)[1]:
            os.kill(pid, signal.SIGKILL)
        sentences = self.nothing_left(launcher, "w")
        self.assertEqual(len(sentences), 1, sentences)
        self.assertRegex(sentences[0], "found nothing of .*process 1")
        self.assertEqual(self.files("data"), before)

    def test_ctrl_c(self):
        launcher = self.begun_probing("data", "--writes", "w", "--workload", self.small)
        launcher.send_signal(signal.SIGINT)
        sentences = self.nothing_left(launcher, "w")
        self.assertEqual(len(sentences), 1, sentences)


class Machines(Probing):
    """Processes that each take themselves to be on another machine."""

    def test_all_hosts_and_one(self):
        before = self.files("data")
        for processes, each, hosts in ((2, 1, 2), (4, 1, 4), (4, 2, 2)):
            text, record = self.probe(processes, "data", "--workload", self.small, program=self.on_machines(each))
            self.assertEqual(self.curves(record), [("host", 1), ("shared", hosts)])
            self.assertIn("scope: host", text)
            self.assertEqual(len(re.findall(f"^ *hosts: {hosts}$", text, re.M)), 1, text)
            self.assertEqual([host["host"] for host in record["hosts"]], [process // each for process in range(processes)])
            for host in record["hosts"][1:]:
                self.assertLessEqual(abs(host["clock_offset_seconds"]), host["clock_uncertainty_seconds"])
            for curve in record["curves"]:
                if curve.get("hosts", 1) > 1:
                    self.assertEqual(curve["points"][1]["concurrency"], hosts)
            for per_host in ("1", "4"):
                predicted = self.record("predict", self.small, "storage.yaml", "-n", "4", "--per-host", per_host, code=None)
                self.assertGreater(predicted["au"], 0)
        self.assertEqual(self.files("data"), before)

    def test_what_is_laid_and_written_goes(self):
        text, record = self.probe(2, "new", "--workload", self.small, "--writes", "w", program=self.on_machines(), budget="8s")
        self.assertEqual([(one["write"], one.get("scope"), one.get("hosts")) for one in record["writes"]],
                         [(mode, *scope) for mode in ("buffered", "direct") for scope in (("host", 1), ("shared", 2))])
        self.assertIn("writes:", text)
        for place in ("new", "w"):
            self.assertFalse((self.place / place).exists())


if __name__ == "__main__":
    unittest.main()
