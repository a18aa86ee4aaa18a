"""One job as several processes of this machine, by Open MPI: it reads what one process reads, ends as one, says one thing."""

import ctypes
import ctypes.util
import os
import pathlib
import signal
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.environ["AFORO_SOURCE_DIR"], "bench"))

from accuracy import fuse
from accuracy.cgroups import Unavailable
from launching import Launching, missing, processes_of
from session import AFORO, samples_in

SLOWFS = sys.argv.pop(1) if len(sys.argv) > 1 and "slowfs" in sys.argv[1] else ""


class Opened:
    """Which process opened which sample, as the kernel tells (fanotify): {pid: [path, ...]}, in order."""

    def __init__(self, directory):
        self.libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        self.queue = self.libc.fanotify_init(0x10 | 0x2, os.O_RDONLY)  # FAN_UNLIMITED_QUEUE, FAN_NONBLOCK
        if self.queue < 0:
            missing("fanotify needs root")
        for folder in [directory, *(path for path in directory.rglob("*") if path.is_dir())]:
            # FAN_MARK_ADD; FAN_OPEN | FAN_EVENT_ON_CHILD
            if self.libc.fanotify_mark(self.queue, 1, ctypes.c_uint64(0x20 | 0x08000000), -100, os.fsencode(folder)):
                missing("fanotify cannot watch this file system")
        self.by_pid, self.going = {}, True
        self.thread = threading.Thread(target=self.read)

    def read(self):
        while True:
            last = not self.going
            try:
                events = os.read(self.queue, 1 << 16)
            except BlockingIOError:
                if last:
                    return
                time.sleep(0.005)
                continue
            while events:
                length, _, _, _, _, descriptor, pid = struct.unpack_from("=IBBHQii", events)
                path = os.readlink(f"/proc/self/fd/{descriptor}")
                os.close(descriptor)
                if "aforo" not in pathlib.Path(path).name:
                    self.by_pid.setdefault(pid, []).append(pathlib.Path(path).name)
                events = events[length:]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        self.thread.join()
        os.close(self.queue)


class Reading(Launching):
    def setUp(self):
        super().setUp()
        self.small, self.data = self.dataset()

    def opened(self, processes):
        """What each process opened in an epoch of 8 ranks, a list of sets by block of ranks."""
        words = ["run", self.small, "data", "--accelerators", "8", "--epochs", "1", "--no-diagnose", "--engine", "threads"]
        by_rank = {}
        with Opened(self.data) as opened:
            if processes == 1:
                self.record(*words, code=None)
            else:
                launcher = subprocess.Popen(self.words(processes, *words, "--step-time", "40ms", "--quiet"), cwd=self.place,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.addCleanup(self.ended, launcher)
                while launcher.poll() is None:
                    for number, pids in processes_of(launcher.pid).items():
                        by_rank.setdefault(number, set()).update(pids)
                    time.sleep(0.02)
        # The dataset is opened by the program before it reads, which opens no sample of one that aforo laid.
        if processes == 1:
            return [sorted(name for names in opened.by_pid.values() for name in names)]
        return [sorted(name for pid in by_rank.get(number, ()) for name in opened.by_pid.get(pid, [])) for number in range(processes)]

    def test_ranks_read_the_same_samples_over_however_many_processes(self):
        eight, four, two, one = (self.opened(processes) for processes in (8, 4, 2, 1))
        everything = sorted(pathlib.Path(name).name for name in samples_in(self.files("data")))
        # 240 samples are 7 steps of 8 ranks x 4, 224 samples; the loaders read no further.
        self.assertEqual(len(one[0]), 224)
        self.assertEqual(len(set(one[0])), 224)
        self.assertLessEqual(set(one[0]), set(everything))
        for blocks, of in ((four, eight), (two, four)):
            for index, block in enumerate(blocks):
                self.assertEqual(block, sorted(of[2 * index] + of[2 * index + 1]))
        self.assertEqual(one[0], sorted(two[0] + two[1]))
        self.assertEqual([len(block) for block in eight], [28] * 8)

    def test_one_record_of_all(self):
        alone = self.record("run", self.small, "data", "--accelerators", "8", "--epochs", "2", "--no-diagnose", code=None)
        for processes in (2, 4, 8):
            record = self.joint(processes, "run", self.small, "data", "--accelerators", "8", "--epochs", "2", code=None)
            for key in ("accelerators", "steps", "samples", "bytes_requested", "read_requests"):
                self.assertEqual(record[key], alone[key], key)
            for key in ("step_seconds", "load_wait_seconds", "barrier_wait_seconds", "read_seconds"):
                self.assertEqual(record[key]["count"], alone[key]["count"], key)
            hosts = record["hosts"]
            self.assertEqual([host["process"] for host in hosts], list(range(processes)))
            self.assertEqual([host["first_rank"] for host in hosts], list(range(0, 8, 8 // processes)))
            self.assertEqual(sum(host["read_seconds"]["count"] for host in hosts), record["read_seconds"]["count"])
            self.assertEqual(max(host["read_seconds"]["max"] for host in hosts), record["read_seconds"]["max"])
            self.assertLessEqual(abs(hosts[-1]["clock_offset_seconds"]), hosts[-1]["clock_uncertainty_seconds"])
            self.assertFalse(record["partial"])

    def test_ranks_that_do_not_divide_evenly(self):
        record = self.joint(4, "run", self.small, "data", "--accelerators", "6", code=None)
        self.assertEqual([host["ranks"] for host in record["hosts"]], [2, 2, 1, 1])
        self.assertEqual([host["first_rank"] for host in record["hosts"]], [0, 2, 4, 5])

    def test_the_first_process_speaks_for_all(self):
        said = self.together(4, "run", self.small, "data", "--accelerators", "4", "--steps-csv", "steps.csv", code=None)
        self.assertEqual(said.out.count("  answer "), 1, said)
        self.assertEqual(said.out.count("aforo run"), 1, said)
        self.assertNotIn("\x1b", said.out)
        ranks = [{row.split(",")[0] for row in path.read_text().splitlines()[1:]}
                 for path in [self.place / "steps.csv", *sorted(self.place.glob("steps.csv.process-*"))]]
        self.assertEqual(ranks, [{"0"}, {"1"}, {"2"}, {"3"}])

    def saving(self, name, **more):
        """A job of 4 ranks that writes 1.4 MB after every 10 of its 30 steps."""
        lines = {"parameters": "100e3", "every_steps": "10", "chunk": "64 KiB", **more}
        text = self.small.read_text() + "checkpoint: {" + ", ".join(f"{key}: {value}" for key, value in lines.items()) + "}\n"
        (self.place / name).write_text(text)
        return name

    def test_checkpoints_of_all_processes_become_whole_together(self):
        for mode in ("sync", "async"):
            job = self.saving(f"{mode}.yaml", mode=mode)
            record = self.joint(3, "run", job, "data", "--accelerators", "4", "--steps", "30", "--epochs", "1",
                                "--checkpoint-dir", f"kept-{mode}", code=None)
            self.assertEqual(record["checkpoint"]["committed"], 3)
            self.assertEqual([(one["number"], one["bytes"]) for one in record["checkpoints"]], [(n, 1_400_000) for n in range(3)])
            lying = sorted(path.name for path in (self.place / f"kept-{mode}").iterdir())
            self.assertEqual(lying, ["aforo-checkpoints.json", "checkpoint-000000", "checkpoint-000001", "checkpoint-000002"])
            (self.place / "w.yaml").write_text("checkpoint: {parameters: 100e3, ranks: 4, chunk: 64 KiB}\n")
            proved = self.record("checkpoint", "w.yaml", f"kept-{mode}", "--read", "3", "--verify")
            self.assertEqual([one["bytes"] for one in proved["checkpoints"]], [1_400_000] * 3)

    def test_checkpoints_beside_what_others_keep_are_refused_once(self):
        (self.place / "theirs").mkdir()
        (self.place / "theirs/thesis.txt").write_text("years of work")
        said = self.together(2, "run", self.saving("save.yaml"), "data", "--accelerators", "4", "--steps", "30",
                           "--checkpoint-dir", "theirs", code=2)
        self.assertEqual(said.err.count("found other files there (thesis.txt)"), 1, said.err)
        self.assertEqual([path.name for path in (self.place / "theirs").iterdir()], ["thesis.txt"])

    def test_a_search_counts_the_accelerators_of_all_hosts(self):
        record = self.joint(2, "run", self.small, "data", "--find-max", "--max-accelerators", "4", "--step-time", "20ms",
                            "--au-target", "0.1")
        self.assertEqual(record["max_accelerators"], 4)
        self.assertTrue(record["at_limit"])
        self.assertEqual([one["accelerators"] for one in record["ramp"]], [2, 4, 4])
        self.assertEqual([host["ranks"] for host in record["hosts"]], [2, 2])

    def test_a_single_process_needs_no_mpi(self):
        record = self.joint(1, "run", self.small, "data", code=None)
        self.assertNotIn("hosts", record)


class Ending(Launching):
    def setUp(self):
        super().setUp()
        self.small, self.data = self.dataset(self.job(epochs=100000))

    def end(self, launcher, code=2):
        out, err = launcher.communicate(timeout=30)
        if code is not None:
            self.assertEqual(launcher.returncode, code, err)
        self.assertEqual(out, "")
        return [line for line in err.splitlines() if line.startswith("aforo: ")]

    def four(self):
        return self.begun(4, "run", self.small, "data", "--accelerators", "4")

    def test_by_a_person(self):
        for ask in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(ask=ask):
                launcher = self.four()
                launcher.send_signal(ask)
                said = self.end(launcher, code=None)
                record = self.joint_record()
                self.assertTrue(record["partial"])
                self.assertGreater(record["steps"], 0)
                self.assertEqual(len(record["hosts"]), 4, said)
                (self.place / "joint.json").unlink()

    def test_by_its_time_limit(self):
        record = self.joint(4, "run", self.small, "data", "--accelerators", "4", "--time-limit", "1s", code=None)
        self.assertTrue(record["partial"])
        self.assertEqual(record["step_seconds"]["count"], 4 * record["steps"])

    def test_by_a_sample_that_cannot_be_read(self):
        launcher = self.four()
        name = sorted(samples_in(self.files("data")))[100]
        (self.data / name).unlink()
        said = self.end(launcher)
        self.assertEqual(len(said), 1, said)
        self.assertIn(pathlib.Path(name).name, said[0])
        record = self.joint_record()
        self.assertTrue(record["partial"] and record["failed"])
        self.assertEqual(len(record["hosts"]), 4)

    def test_by_a_process_that_dies(self):
        launcher = self.four()
        for pid in processes_of(launcher.pid)[3]:
            os.kill(pid, signal.SIGKILL)
        said = self.end(launcher, code=128 + signal.SIGKILL)
        record = self.joint_record()
        self.assertTrue(record["partial"] and record["failed"])
        self.assertEqual(len(record["hosts_missing"]), 1)
        self.assertIn("process 3", record["hosts_missing"][0])
        self.assertIn("process 3", said[0])
        self.assertGreater(record["steps"], 0)

    def test_by_the_death_of_the_first(self):
        launcher = self.four()
        for pid in processes_of(launcher.pid)[0]:
            os.kill(pid, signal.SIGKILL)
        _, err = launcher.communicate(timeout=30)
        self.assertEqual(launcher.returncode, 128 + signal.SIGKILL)
        self.assertRegex(err, r"process rank 0 .* exited on signal 9")
        self.assertFalse((self.place / "joint.json").exists())

    def test_by_a_process_that_falls_silent(self):
        launcher = self.four()
        silent = processes_of(launcher.pid)[2]
        for pid in silent:
            os.kill(pid, signal.SIGSTOP)
        said = self.end(launcher, code=None)
        self.assertIn("process 2", said[0])
        self.assertIn("process 2", self.joint_record()["hosts_missing"][0])


class Refusing(Launching):
    def setUp(self):
        super().setUp()
        self.small, self.data = self.dataset()

    def test_too_few_ranks_or_samples(self):
        self.assertIn("expected an accelerator for each of the 4 processes, found 2",
                      self.refused(4, "run", self.small, "data", "--accelerators", "2"))
        self.assertIn("240", self.refused(2, "run", self.small, "data", "--accelerators", "100"))

    def test_what_is_no_job_of_several(self):
        before = self.files("data")
        for words in (["size", "resnet50_h100", "-n", "4"], ["serve"],
                      ["predict", self.small, "storage.yaml"]):
            self.assertRegex(self.refused(3, *words), "expected one process for 'aforo .+', found 3")
        self.assertIn("expected an accelerator for each of the 3 processes",
                      self.refused(3, "run", self.small, "data", "--find-max", "--max-accelerators", "2"))
        self.assertEqual(self.files("data"), before)
        self.assertIn("nothing was read or run", self.together(3, "run", self.small, "data", "-n", "3", "--dry-run").out)
        self.assertEqual(self.together(3, "--version").out.count("aforo"), 1)
        self.assertIn("expected a command", self.refused(3, "rnu"))
        self.assertIn("--accelerator", self.refused(3, "run", self.small, "data", "--accelerator", "3"))

    def test_a_host_without_the_dataset(self):
        program = self.each_in_its_own("[ $N = 2 ] && mkdir -p none && cd none")
        sentence = self.refused(3, "run", self.small, "data", "--accelerators", "3", program=program)
        self.assertIn("process 2", sentence)
        self.assertIn("data", sentence)

    def test_a_host_with_another_dataset(self):
        subprocess.run(["cp", "-r", "data", "other"], cwd=self.place, check=True)
        victim = self.place / "other" / sorted(samples_in(self.files("other")))[7]
        victim.rename(victim.with_name("renamed.jpg"))
        for path in (self.place / "other").glob("*aforo*"):
            path.unlink()  # a dataset without a manifest is looked at file by file
        for path in self.data.glob("*aforo*"):
            path.unlink()
        program = self.each_in_its_own("[ $N = 1 ] && mkdir -p in && cd in && ln -sfn ../other data")
        sentence = self.refused(2, "run", self.small, "data", "--accelerators", "2", program=program)
        self.assertIn("expected the same dataset on all hosts", sentence)
        self.assertIn("process 1", sentence)

    def test_a_host_with_another_workload(self):
        self.job(name="other.yaml", step_time="3 ms")
        (self.place / "in").mkdir()
        (self.place / "in" / "small.yaml").write_text((self.place / "other.yaml").read_text())
        (self.place / "in" / "data").symlink_to("../data")
        program = self.each_in_its_own("[ $N = 1 ] && cd in")
        self.assertIn("another on", self.refused(2, "run", "small.yaml", "data", "--accelerators", "2", program=program))

    def test_another_time_zone_is_said(self):
        program = self.each_in_its_own("[ $N = 1 ] && export TZ=Asia/Tokyo || export TZ=UTC")
        record = self.joint(2, "run", self.small, "data", "--accelerators", "2", program=program, code=None)
        self.assertIn("time zone", " ".join(record["warnings"]))

    def test_a_launcher_that_is_not_of_this_mpi(self):
        (self.place / "job").mkdir()
        environment = {**os.environ, "PMI_SIZE": "2", "PMI_RANK": "0"}
        done = subprocess.run([AFORO, "run", self.small, "data"], capture_output=True, text=True, cwd=self.place,
                              env=environment, timeout=30)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("expected Open MPI to know of 2 processes", done.stderr)


class Slow(Launching):
    def setUp(self):
        super().setUp()
        self.small, self.data = self.dataset(self.job(epochs=3))

    def test_a_host_with_a_slow_way_to_storage(self):
        if not os.access(SLOWFS, os.X_OK):
            missing("bench/slowfs is not built here")
        (self.place / "in").mkdir()
        program = self.each_in_its_own("[ $N = 1 ] && cd in")
        try:
            with fuse.mounted(SLOWFS, str(self.data), str(self.place / "in" / "data"), ["--read-latency", "constant:8ms"]):
                record = self.joint(3, "run", self.small, "data", "--accelerators", "6", program=program, code=None)
        except Unavailable as reason:
            missing(str(reason))
        slow = record["slow_host"]
        self.assertEqual((slow["process"], slow["cause"]), (1, "storage"))
        # 4 samples by 2 workers of 8 ms each are 16 ms at least for a batch; a step of 2 ms hides that much of it.
        self.assertGreater(slow["behind_seconds"], 0.005)
        self.assertIn(slow["text"], record["warnings"])


if __name__ == "__main__":
    unittest.main()
