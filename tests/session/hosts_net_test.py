"""One job over three hosts: network namespaces with a name and an address each, plain Open MPI over TCP between them."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from launching import MPIRUN, OPTIONS, Launching, missing, processes_of
from session import AFORO

# mpirun notices a daemon that is cut off after six seconds, not after minutes (docs/hosts.md).
NOTICES = ["--mca", "oob_tcp_keepalive_time", "3", "--mca", "oob_tcp_keepalive_intvl", "1",
           "--mca", "oob_tcp_keepalive_probes", "3"]
AGENT = """\
#!/bin/sh
# HOST COMMAND...: into that host, as mpirun's launcher
host=$1; shift
exec ip netns exec "$host" unshare --uts sh -c 'hostname "$0"; exec sh -c "$1"' "${host#PREFIX}" "$*"
"""


def run(*words, check=True):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}: {done.stderr}")
    return done


class Network(Launching):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            missing("network namespaces need root")
        for tool in ("ip", "tc", "unshare"):
            if shutil.which(tool) is None:
                missing(f"no {tool} here (iproute2, util-linux)")
        self.prefix = f"af{os.getpid() % 100000}"
        self.bridge = f"{self.prefix}b"
        made = run("ip", "link", "add", self.bridge, "type", "bridge", check=False)
        if made.returncode != 0:
            missing(f"no network of our own here: {made.stderr.strip()}")
        self.addCleanup(run, "ip", "link", "del", self.bridge, check=False)
        run("ip", "link", "set", self.bridge, "up")
        self.hosts = []
        for number in range(3):
            self.add_host(f"{self.prefix}n{number}", number)
        self.agent = self.place / "agent.sh"
        self.agent.write_text(AGENT.replace("PREFIX", self.prefix))
        self.agent.chmod(0o755)
        self.small, self.data = self.dataset(self.job(epochs=3))

    def add_host(self, name, number):
        if run("ip", "netns", "add", name, check=False).returncode != 0:
            missing("no network namespaces here")
        self.addCleanup(self.remove_host, name)
        self.hosts.append(name)
        run("ip", "link", "add", f"v{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", f"v{name}", "master", self.bridge, "up")
        run("ip", "-n", name, "addr", "add", f"10.77.31.{number + 1}/24", "dev", "eth0")
        run("ip", "-n", name, "link", "set", "eth0", "up")
        run("ip", "-n", name, "link", "set", "lo", "up")

    def pids(self):
        return [int(pid) for name in self.hosts for pid in run("ip", "netns", "pids", name).stdout.split()]

    def remove_host(self, name):
        for pid in run("ip", "netns", "pids", name, check=False).stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        run("ip", "netns", "del", name, check=False)
        run("ip", "link", "del", f"v{name}", check=False)

    def words(self, processes, *words, program=AFORO):
        """From the first host, by TCP alone."""
        inside = ["ip", "netns", "exec", self.hosts[0], "unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', "n0"]
        tcp = ["--mca", "plm_rsh_agent", str(self.agent), "--mca", "plm_rsh_no_tree_spawn", "1", "--mca", "btl", "tcp,self",
               "--mca", "btl_tcp_if_include", "eth0", "--mca", "oob_tcp_if_include", "eth0"]
        return [*inside, MPIRUN, *OPTIONS, *NOTICES, *tcp, "--host", ",".join(["n0", *self.hosts[1:]]), "-n", str(processes),
                str(program), *(str(word) for word in words)]

    def settled(self):
        """Nothing runs on any host any more, soon."""
        until = time.monotonic() + 30
        while self.pids() and time.monotonic() < until:
            time.sleep(0.2)
        self.assertEqual(self.pids(), [])

    def test_a_job_over_three_hosts(self):
        record = self.joint(3, "run", self.small, "data", "--accelerators", "6", code=None)
        self.assertEqual([host["name"] for host in record["hosts"]], ["n0", "n1", "n2"])
        self.assertEqual(record["steps"], 30)
        self.assertEqual(record["samples"], 30 * 6 * 4)
        for host in record["hosts"][1:]:
            # One kernel has one clock.
            self.assertGreater(host["clock_uncertainty_seconds"], 0)
            self.assertLessEqual(abs(host["clock_offset_seconds"]), host["clock_uncertainty_seconds"])
        self.settled()

    def test_a_long_way_to_a_host_is_told_as_the_error_of_its_clock(self):
        slow = run("tc", "-n", self.hosts[2], "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "6ms", check=False)
        if slow.returncode != 0:
            self.skipTest(f"this kernel delays no packets: {slow.stderr.strip()}")
        record = self.joint(3, "run", self.small, "data", "--accelerators", "3", "--epochs", "1", code=None)
        far = record["hosts"][2]
        self.assertGreaterEqual(far["clock_uncertainty_seconds"], 0.003)
        self.assertLessEqual(abs(far["clock_offset_seconds"]), far["clock_uncertainty_seconds"])
        # A vote goes there and back at every step.
        self.assertGreaterEqual(record["barrier_wait_seconds"]["p50"], 0.003)
        self.settled()

    def probing(self):
        """aforo as a host of its own that also takes itself to be a machine of its own: by the kernel's boot_id."""
        path = self.place / "machine.sh"
        path.write_text('#!/bin/sh\nhostname > boot.$(hostname)\n'
                        f'exec unshare --mount sh -c \'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "{AFORO}" "$@"\' '
                        '"$PWD/boot.$(hostname)" "$@"\n')
        path.chmod(0o755)
        return path

    def test_a_probe_from_three_hosts(self):
        self.small.write_text(self.small.read_text().replace("samples: 240", "samples: 3000"))
        shutil.rmtree(self.data)
        self.dataset(self.small)
        self.together(3, "probe", "data", "--workload", self.small, "--budget", "5s", "-o", "storage.yaml", "--json",
                      "joint.json", "--quiet", program=self.probing())
        record = self.joint_record()
        self.assertEqual([(host["name"], host["host"]) for host in record["hosts"]], [("n0", 0), ("n1", 1), ("n2", 2)])
        self.assertEqual([(curve.get("scope"), curve.get("hosts")) for curve in record["curves"] if not curve["cached"]],
                         [("host", 1), ("shared", 3)])
        predicted = self.record("predict", self.small, "storage.yaml", "-n", "6", "--per-host", "2", code=None)
        self.assertGreater(predicted["au"], 0)
        ran = self.joint(3, "run", self.small, "data", "--accelerators", "6", "--epochs", "1", "--storage", "storage.yaml",
                         code=None)
        self.assertGreater(ran["prediction"]["au"], 0)
        self.assertIn("prediction_error", ran)
        self.settled()

    def test_a_host_of_a_probe_that_is_cut_off(self):
        launcher = subprocess.Popen(self.words(3, "probe", "data", "--workload", self.small, "--budget", "60s", "-o",
                                               "storage.yaml", program=self.probing()),
                                    cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.ended, launcher)
        time.sleep(6)
        self.assertIsNone(launcher.poll(), "it ended by itself")
        run("ip", "link", "set", f"v{self.hosts[2]}", "down")
        _, err = launcher.communicate(timeout=90)
        self.assertNotEqual(launcher.returncode, 0)
        self.assertRegex(err, "aforo: .*found nothing of .*n2")
        self.assertFalse((self.place / "storage.yaml").exists())
        self.settled()

    def test_a_host_whose_process_is_killed(self):
        launcher = self.begun(3, "run", self.small, "data", "--accelerators", "3", "--epochs", "100000")
        inside = set(int(pid) for pid in run("ip", "netns", "pids", self.hosts[2]).stdout.split())
        victims = [pid for pid in inside if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "aforo"]
        self.assertTrue(victims)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        _, err = launcher.communicate(timeout=60)
        self.assertNotEqual(launcher.returncode, 0)
        self.assertTrue((self.place / "joint.json").exists(), err)
        record = self.joint_record()
        # Open MPI may lose the others' connections with the one that broke.
        self.assertIn("n2", record["hosts_missing"], err)
        self.assertTrue(record["partial"] and record["failed"])
        self.assertGreater(record["steps"], 0)
        self.assertRegex(err, "found nothing of .*n2")
        self.settled()

    def test_a_host_that_is_cut_off(self):
        launcher = self.begun(3, "run", self.small, "data", "--accelerators", "3", "--epochs", "100000")
        run("ip", "link", "set", f"v{self.hosts[2]}", "down")
        _, err = launcher.communicate(timeout=90)
        self.assertNotEqual(launcher.returncode, 0)
        record = self.joint_record()
        self.assertTrue(record["partial"])
        self.assertIn("n2", record["hosts_missing"], err)
        self.assertGreater(record["steps"], 0)
        self.settled()

    def test_three_hosts_lay_inspect_and_save_together(self):
        record = self.joint(3, "generate", self.small, "together")
        self.assertEqual([host["name"] for host in record["hosts"]], ["n0", "n1", "n2"])
        self.assertGreater(min(host["files_written"] for host in record["hosts"]), 0)
        self.assertEqual(self.files("together"), self.files("data"))
        seen = self.joint(3, "inspect", "together")
        self.assertEqual([host["files"] for host in seen["hosts"]], [80, 80, 80])
        self.assertEqual(seen["dataset_yaml"], self.record("inspect", "data")["dataset_yaml"])
        (self.place / "ck.yaml").write_text("checkpoint: {parameters: 1e5, ranks: 6, chunk: 64 KiB}\n")
        saved = self.joint(3, "checkpoint", "ck.yaml", "ck", "--write", 2, "--read", 2, "--restore", "shifted", "--verify")
        self.assertEqual([one["whole"] for one in saved["checkpoints"]], [True] * 4)
        self.assertEqual([host["ranks"] for host in saved["hosts"]], [2, 2, 2])
        self.settled()

    def laying(self):
        """60,000 files by three hosts, of which some thousand are there."""
        (self.place / "many.yaml").write_text(
            "dataset:\n  layout: file-per-sample\n  content: raw\n  samples: 60000\n  files_per_directory: 500\n"
            "  sample_size: {mean: 1 kB, stddev: 100 B, distribution: normal}\n")
        launcher = subprocess.Popen(self.words(3, "generate", "many.yaml", "many", "-j", "1", "--json", "joint.json", "--quiet"),
                                    cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.ended, launcher)
        until = time.monotonic() + 30
        while not (self.place / "many/d00010").exists() and time.monotonic() < until:
            time.sleep(0.001)
        return launcher

    def resumed(self):
        state = json.loads((self.place / "many/aforo-dataset.json").read_text())
        self.assertEqual(state["state"], "partial")
        self.assertEqual(self.record("generate", "many.yaml", "many")["state"], "complete")
        self.aforo("generate", "many.yaml", "alone", "--quiet")
        self.assertEqual(self.files("many"), self.files("alone"))

    def test_laying_goes_on_where_a_host_was_killed(self):
        launcher = self.laying()
        for pid in run("ip", "netns", "pids", self.hosts[2]).stdout.split():
            os.kill(int(pid), signal.SIGKILL)
        launcher.communicate(timeout=60)
        self.assertNotEqual(launcher.returncode, 0)
        self.settled()
        self.resumed()

    def test_laying_goes_on_where_a_host_was_cut_off(self):
        launcher = self.laying()
        run("ip", "link", "set", f"v{self.hosts[2]}", "down")
        _, err = launcher.communicate(timeout=90)
        self.assertNotEqual(launcher.returncode, 0)
        self.assertRegex(err, "found nothing of n2")
        self.assertEqual(self.joint_record()["hosts_missing"], ["n2"])
        self.settled()
        self.resumed()

    def begun(self, processes, *words, program=AFORO):
        """As on one machine, but daemons' children are no children of mpirun."""
        launcher = subprocess.Popen(self.words(processes, *words, "--json", "joint.json", "--quiet", program=program),
                                    cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.ended, launcher)
        time.sleep(5)
        self.assertIsNone(launcher.poll(), "it ended by itself")
        self.assertIn(0, processes_of(launcher.pid))
        return launcher


if __name__ == "__main__":
    unittest.main()
