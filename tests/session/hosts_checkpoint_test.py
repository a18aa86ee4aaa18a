"""Checkpoints written and restored by several processes, each a block of the ranks."""

import os
import shutil
import signal
import subprocess
import time

from launching import processes_of
from session import AFORO, unittest
from sharing import Many


class Checkpoints(Many):
    def workload(self, ranks=4, **more):
        lines = {"parameters": "1e5", "ranks": ranks, "chunk": "64 KiB", **more}
        (self.place / "ck.yaml").write_text("checkpoint: {" + ", ".join(f"{key}: {value}" for key, value in lines.items()) + "}\n")
        return "ck.yaml"

    def whole(self, directory="ck"):
        return sorted(path.name for path in (self.place / directory).glob("checkpoint-*"))

    def test_written_by_several_and_restored_by_however_many(self):
        for files in ("dlio-v3", "dcp", "dcp-tensors", "safetensors"):
            job = self.workload(files=files, shard="300 kB")
            for processes in (2, 4):
                with self.subTest(files=files, processes=processes):
                    place = f"ck-{files}-{processes}"
                    record = self.joint(processes, "checkpoint", job, place, "--write", 2, "--read", 2, "--verify")
                    one = self.record("checkpoint", job, "alone", "--write", 2, "--read", 2, "--verify")
                    shutil.rmtree(self.place / "alone")
                    self.assertEqual(record["checkpoint"], one["checkpoint"])
                    for ours, theirs in zip(record["checkpoints"], one["checkpoints"], strict=True):
                        for key in ("kind", "number", "whole", "bytes", "verified_bytes"):
                            self.assertEqual(ours.get(key), theirs.get(key), key)
                        self.assertEqual(ours["rank_seconds"]["ranks"], theirs["rank_seconds"]["ranks"])
                        self.assertEqual(len(ours["host_seconds"]), processes)
                        self.assertAlmostEqual(max(ours["host_seconds"]), ours["seconds"])
                        self.assertGreaterEqual(ours["seconds"], ours["rank0_seconds"])
                    hosts = record["hosts"]
                    self.assertEqual([host["ranks"] for host in hosts], [4 // processes] * processes)
                    self.assertEqual(sum(host["bytes_written"] for host in hosts), 2 * record["bytes"])
                    self.assertEqual(sum(host["bytes_read"] for host in hosts), 2 * record["bytes"])
                    self.assertEqual(self.whole(place), ["checkpoint-000000", "checkpoint-000001"])
                    for restore in ("own", "shifted", "weights"):
                        again = self.record("checkpoint", job, place, "--read", 2, "--restore", restore, "--verify")
                        several = self.joint(3, "checkpoint", job, place, "--read", 2, "--restore", restore, "--verify")
                        self.assertEqual([c["verified_bytes"] for c in several["checkpoints"]],
                                         [c["verified_bytes"] for c in again["checkpoints"]], restore)

    def test_each_restores_what_another_host_wrote(self):
        job = self.workload(ranks=4, files="dcp")
        self.record("checkpoint", job, "ck", "--write", 1)
        wrong = self.place / "ck/checkpoint-000000/__2_0.distcp"
        names = sorted(path.name for path in wrong.parent.iterdir())
        wrong = wrong if wrong.exists() else wrong.with_name([name for name in names if "2" in name][0])
        data = bytearray(wrong.read_bytes())
        data[1000] ^= 1
        wrong.write_bytes(data)
        # Rank 2 is the second host's: it reads it itself, or the first does.
        for restore, host in (("own", "(process 1)"), ("shifted", None)):
            said = self.together(2, "checkpoint", job, "ck", "--read", 1, "--restore", restore, "--verify", "--quiet", code=2)
            sentences = self.sentences(said)
            self.assertEqual(len(sentences), 1, said)
            self.assertIn("expected byte 1000 of", sentences[0])
            self.assertEqual("(process 1)" in sentences[0], host is not None, sentences[0])

    def test_onto_other_ranks(self):
        job = self.workload()
        self.joint(2, "checkpoint", job, "ck", "--write", 1)
        for ranks in (1, 3, 8):
            record = self.joint(2, "checkpoint", job, "ck", "--read", 1, "--restore", "resharded", "--ranks", ranks, "--verify")
            one = self.record("checkpoint", job, "ck", "--read", 1, "--restore", "resharded", "--ranks", ranks, "--verify")
            self.assertEqual(record["checkpoints"][0]["bytes"], one["checkpoints"][0]["bytes"])

    def test_keeping_the_last(self):
        job = self.workload(keep=2)
        record = self.joint(4, "checkpoint", job, "ck", "--write", 5)
        self.assertEqual(self.whole(), ["checkpoint-000003", "checkpoint-000004"])
        self.assertEqual(record["removed"], 3)

    def test_one_that_dies_leaves_none_that_looks_whole(self):
        job = self.workload(parameters="3e6", keep=2)
        launcher = self.started(3, "checkpoint", job, "ck", "--write", 1000)
        self.until(lambda: any(not name.endswith(".writing") for name in self.whole()), launcher)
        for pid in processes_of(launcher.pid)[2]:
            os.kill(pid, signal.SIGKILL)
        said = self.said_by(launcher)
        self.assertNotEqual(launcher.returncode, 0)
        if said:  # mpirun kills the first a second later, whatever it does
            self.assertIn("(process 2)", said[0])
        whole = [name for name in self.whole() if not name.endswith((".writing", ".removing"))]
        self.assertGreater(len(whole), 0)
        proved = self.record("checkpoint", job, "ck", "--read", len(whole), "--verify")
        self.assertEqual([c["whole"] for c in proved["checkpoints"]], [True] * len(whole))
        # Whoever writes there again removes what was cut short.
        self.joint(2, "checkpoint", job, "ck", "--write", 1)
        self.assertEqual([name for name in self.whole() if name.endswith(".writing")], [])

    def test_a_person_ends_all(self):
        job = self.workload(parameters="3e6", keep=2)
        launcher = self.started(3, "checkpoint", job, "ck", "--write", 1000)
        self.until(lambda: any(not name.endswith(".writing") for name in self.whole()), launcher)
        launcher.send_signal(signal.SIGINT)
        self.said_by(launcher)
        self.assertNotEqual(launcher.returncode, 0)
        self.record("checkpoint", job, "ck", "--read", 1, "--verify")

    def test_a_full_disk_ends_all(self):
        job = self.workload(parameters="1e6")
        with self.filesystem("size=64m") as point:
            launcher = self.started(3, "checkpoint", job, "mount/ck", "--write", 2, "--gap", "3s")
            self.until(lambda: (point / "ck/aforo-checkpoints.json").exists(), launcher)
            time.sleep(1)
            self.fill(point / "others")
            said = self.said_by(launcher)
            self.assertEqual(launcher.returncode, 2, said)
            self.assertEqual(len(said), 1, said)
            self.assertIn("expected to write 'mount/ck/checkpoint-000000", said[0])
            self.assertEqual([path.name for path in point.iterdir()], ["others"])

    def test_refused_once_and_nothing_is_left(self):
        job = self.workload(ranks=1, files="torch")
        self.assertIn("for each of the 2 processes, found 1", self.refused(2, "checkpoint", job, "ck"))
        job = self.workload(ranks=2)
        self.assertIn("expected a rank of the checkpoint for each of the 3 processes, found 2",
                      self.refused(3, "checkpoint", job, "ck"))
        self.assertIn("expected a directory of checkpoints, found no", self.refused(2, "checkpoint", job, "ck", "--read", 1))
        program = self.each_in_its_own("[ $N = 1 ] && mkdir -p in && cp ck.yaml in && cd in")
        for _ in range(2):
            sentence = self.refused(2, "checkpoint", job, "ck", "--write", 1, program=program)
            self.assertIn("(process 1)", sentence)
            self.assertIn("all hosts share", sentence)
            self.assertFalse((self.place / "ck").exists())
            if not (self.place / "in/ck").exists():  # the second time it has a place of its own
                subprocess.run([AFORO, "checkpoint", "ck.yaml", "ck", "--write", "1", "--quiet"], cwd=self.place / "in", check=True,
                               stdout=subprocess.DEVNULL)
        self.record("checkpoint", job, "ck", "--write", 1)
        sentence = self.refused(2, "checkpoint", job, "ck", "--read", 1, program=program)
        self.assertIn("(process 1)", sentence)
        self.assertIn("expected checkpoint 0 in 'ck' as the first process sees it", sentence)
        said = self.together(2, "checkpoint", job, "ck", "--dry-run")
        self.assertEqual(said.out.count("aforo checkpoint"), 1, said)


if __name__ == "__main__":
    unittest.main()
