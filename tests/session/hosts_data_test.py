"""Datasets laid and inspected by several processes: as one process does it."""

import json
import os
import shutil
import signal

from session import samples_in, unittest
from sharing import Many

# A key for a person, and times: what differs from one time to the next.
TIMES = {"seconds", "started", "cpu_seconds", "bytes_per_second", "files_per_second", "create_seconds", "write_seconds",
         "scan_seconds", "free_bytes_before", "bytes_needed", "machine", "config", "hosts", "threads", "command_line"}


def alike(one, other, where=""):
    """What differs between two Records, times and hosts aside; sums of squares add up in another order."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = (set(one) | set(other)) - TIMES
        return [each for key in sorted(keys) for each in alike(one.get(key), other.get(key), f"{where}.{key}")]
    if isinstance(one, float) and isinstance(other, float):
        return [] if abs(one - other) <= 1e-9 * max(abs(one), abs(other)) else [f"{where}: {one} and {other}"]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [each for i, pair in enumerate(zip(one, other)) for each in alike(*pair, f"{where}[{i}]")]
    return [] if one == other else [f"{where}: {one!r} and {other!r}"]


class Generating(Many):
    def laid(self, directory="data"):
        return sum(len(files) for _, _, files in os.walk(self.place / directory))

    def some_are_there(self, directory="data"):
        """Whether the tenth of 120 directories is there; quickly told, as all of it takes less than a second."""
        return (self.place / directory / "d00010").exists

    def alone(self, job, directory="alone"):
        self.record("generate", job, directory)
        return self.files(directory)

    def manifest(self, directory="data"):
        return json.loads((self.place / directory / "aforo-dataset.json").read_text())

    def test_what_several_lay_is_what_one_lays(self):
        for name, more in (("files", {}), ("tf", {"layout": "tfrecord", "samples_per_file": 50}),
                           ("tar", {"layout": "webdataset", "content": "jpeg", "samples_per_file": 300})):
            job = self.job_of(1500, 2000, f"{name}.yaml", **more)
            want = self.alone(job, f"{name}-1")
            for processes in (2, 4, 8) if name == "files" else (3,):
                record = self.joint(processes, "generate", job, f"{name}-{processes}")
                self.assertEqual(self.files(f"{name}-{processes}"), want, (name, processes))
                self.assertEqual((record["state"], record["partial"]), ("complete", False))
                self.assertEqual(record["files_written"], record["files"])
                hosts = record["hosts"]
                self.assertEqual([host["process"] for host in hosts], list(range(processes)))
                self.assertEqual(sum(host["files_written"] for host in hosts), record["files_written"])
                self.assertEqual(sum(host["bytes_written"] for host in hosts), record["bytes_written"])
                self.assertGreater(min(host["files_written"] for host in hosts), 0)
                self.assertEqual(record["create_seconds"]["count"], record["files"] + record.get("index_files", 0))

    def test_one_record_as_of_one(self):
        job = self.job_of(1000, 2000)
        one, two = self.record("generate", job, "one"), self.joint(2, "generate", job, "two")
        one["directory"] = two["directory"] = ""
        self.assertEqual(alike(one, two), [])

    def test_a_second_time_finds_all_there(self):
        job = self.job_of(1000, 2000)
        self.joint(2, "generate", job, "data")
        before = self.files("data")
        record = self.joint(3, "generate", job, "data")
        self.assertEqual((record["files_written"], record["skipped_files"], record["state"]), (0, 1000, "complete"))
        self.assertEqual(self.files("data"), before)
        for name in sorted(samples_in(before))[::7]:
            (self.place / "data" / name).unlink()
        self.assertEqual(self.joint(2, "generate", job, "data")["state"], "complete")
        self.assertEqual(self.files("data"), before)

    def killed(self, job, victim, processes=3):
        """Lays it until a part is there, and kills one process."""
        launcher = self.started(processes, "generate", job, "data", "-j", "1")
        pids = self.held(launcher, processes, self.some_are_there())
        for pid in pids[victim]:
            os.kill(pid, signal.SIGKILL)
        self.let_go(pids)
        said = self.said_by(launcher)
        self.assertNotEqual(launcher.returncode, 0)
        return said

    def test_one_that_dies_ends_all_and_leaves_what_is_resumed(self):
        job = self.job_of(60_000, 1000)
        want = self.alone(job)
        for victim, resume in ((2, 1), (0, 3), (1, 2)):
            with self.subTest(victim=victim, resume=resume):
                said = self.killed(job, victim)
                self.assertEqual(self.manifest()["state"], "partial")
                self.assertLess(self.laid(), 60_001)
                if victim > 0 and said:  # mpirun kills the first a second later, whatever it does
                    self.assertIn(f"(process {victim})", said[0])
                    self.assertTrue(json.loads((self.place / "joint.json").read_text())["partial"])
                if resume == 1:
                    self.record("generate", job, "data")
                else:
                    self.joint(resume, "generate", job, "data")
                self.assertEqual(self.files("data"), want)
                self.assertNotIn("job", self.manifest())
                self.aforo("generate", "--delete", "data")

    def test_what_one_that_died_leaves_is_taken_away_by_one(self):
        job = self.job_of(60_000, 1000)
        self.killed(job, 1)
        record = self.record("generate", "--delete", "data")
        self.assertEqual(record["foreign_files"], 0)
        self.assertEqual(self.files("data"), {})

    def test_an_interruption_leaves_what_is_resumed(self):
        job = self.job_of(60_000, 1000)
        launcher = self.started(4, "generate", job, "data", "-j", "1")
        pids = self.held(launcher, 4, self.some_are_there())
        self.let_go(pids, signal.SIGTERM)  # which mpirun makes of Ctrl-C
        self.said_by(launcher)
        self.assertNotEqual(launcher.returncode, 0)
        self.assertEqual(self.manifest()["state"], "partial")
        self.assertEqual(self.joint(2, "generate", job, "data")["state"], "complete")
        self.assertEqual(self.files("data"), self.alone(job))

    def test_a_full_disk_ends_all(self):
        job = self.job_of(60_000, 1000)
        with self.filesystem("size=400m,nr_inodes=200k") as point:
            launcher = self.started(3, "generate", job, "mount/data", "-j", "1")
            pids = self.held(launcher, 3, self.some_are_there("mount/data"))
            self.fill(point / "others")
            self.let_go(pids)
            said = self.said_by(launcher)
            self.assertEqual(launcher.returncode, 2, said)
            self.assertEqual(len(said), 1, said)
            self.assertIn("found a full disk at", said[0])
            self.assertTrue(self.joint_record()["partial"])
            (point / "others").unlink()
            self.assertEqual(self.joint(2, "generate", job, "mount/data")["state"], "complete")
            self.assertEqual(self.files("mount/data"), self.alone(job))

    def test_what_stands_in_the_way_of_one_ends_all_and_names_it(self):
        job = self.job_of(1500, 2000)
        # Of 1,500 files hosts are dealt 93 in turn: the second has the 101st.
        theirs = sorted(samples_in(self.alone(job)))[100]
        (self.place / "data").mkdir()
        self.joint(2, "generate", job, "data")
        manifest = self.manifest()
        # As if nothing had been written: whose file that is, its host finds out when it comes to write it.
        (self.place / "data/aforo-dataset.json").write_text(json.dumps({**manifest, "state": "partial", "files_written": 0}))
        (self.place / "data" / theirs).write_text("somebody's thesis, and longer than it should be" * 1000)
        said = self.together(2, "generate", job, "data", "--json", "joint.json", "--quiet", code=2)
        sentences = self.sentences(said)
        self.assertEqual(len(sentences), 1, said)
        self.assertIn(theirs, sentences[0])
        self.assertIn("(process 1)", sentences[0])
        self.assertTrue((self.place / "data" / theirs).read_text().startswith("somebody's"))

    def test_refused_once_and_nothing_is_left(self):
        job = self.job_of(500, 2000)
        (self.place / "theirs").mkdir()
        (self.place / "theirs/thesis.txt").write_text("years of work")
        self.assertIn("thesis.txt", self.refused(3, "generate", job, "theirs"))
        self.assertEqual(os.listdir(self.place / "theirs"), ["thesis.txt"])
        program = self.each_in_its_own("[ $N = 2 ] && mkdir -p in && cp many.yaml in && cd in")
        for before in (None, "empty", "laid"):
            with self.subTest(before=before):
                if before == "empty":
                    (self.place / "data").mkdir()
                if before == "laid":
                    self.record("generate", job, "data")
                    shutil.copytree(self.place / "data", self.place / "in/data")
                here = self.files("data") if before else None
                sentence = self.refused(3, "generate", job, "data", program=program)
                self.assertIn("(process 2)", sentence)
                self.assertIn("that all hosts share", sentence)
                if before is None:
                    self.assertFalse((self.place / "data").exists())
                else:
                    self.assertEqual(self.files("data"), here)
        other = self.each_in_its_own("[ $N = 1 ] && mkdir -p in && sed s/500/501/ many.yaml > in/many.yaml && cd in")
        self.assertIn("expected the same job on all hosts", self.refused(2, "generate", job, "new", program=other))
        self.assertFalse((self.place / "new").exists())

    def test_dry_runs_and_deleting_are_the_first_process_alone(self):
        job = self.job_of(500, 2000)
        said = self.together(3, "generate", job, "data", "--dry-run")
        self.assertEqual(said.out.count("aforo generate"), 1, said)
        self.assertFalse((self.place / "data").exists())
        self.joint(3, "generate", job, "data")
        self.assertEqual(self.joint(3, "generate", "--delete", "data")["files"], 500)
        self.assertEqual(self.files("data"), {})


class Inspecting(Many):
    def same(self, directory, processes=(2, 4)):
        one = self.record("inspect", directory)
        for count in processes:
            several = self.joint(count, "inspect", directory)
            self.assertEqual(alike(one, several), [], (directory, count))
            self.assertEqual(len(several["hosts"]), count)
        return several

    def test_one_record_as_of_one(self):
        self.record("generate", self.job_of(300, 9000, "jpeg.yaml", content="jpeg"), "jpeg")
        record = self.same("jpeg", (2, 4, 8))
        self.assertEqual(sum(host["files"] for host in record["hosts"]), 300)
        for layout in ("tfrecord", "webdataset"):
            content = {"content": "jpeg"} if layout == "webdataset" else {}
            self.record("generate", self.job_of(2000, 3000, f"{layout}.yaml", layout=layout, samples_per_file=40, **content), layout)
            record = self.same(layout)
            self.assertEqual(record["samples"], 2000)
            self.assertEqual(sum(host["files"] for host in record["hosts"]), 50)

    def test_what_is_damaged_is_found_by_whoever_looks(self):
        self.record("generate", self.job_of(2000, 3000, "tf.yaml", layout="tfrecord", samples_per_file=40), "tf")
        for name in ("shard-00007.tfrecord", "shard-00008.tfrecord"):
            (self.place / "tf" / f"{name}.idx").unlink()
            path = self.place / "tf" / name
            path.write_bytes(path.read_bytes()[:-1000])
        (self.place / "tf/notes.txt").write_text("nothing of a sample")
        record = self.same("tf")
        self.assertTrue(any("damaged" in warning for warning in record["warnings"]), record["warnings"])

    def test_the_block_is_written_by_the_first(self):
        self.record("generate", self.job_of(300, 9000, "jpeg.yaml", content="jpeg"), "jpeg")
        self.aforo("inspect", "jpeg", "-o", "one.yaml", "--quiet")
        self.together(3, "inspect", "jpeg", "-o", "three.yaml", "--quiet")
        self.assertEqual((self.place / "one.yaml").read_text(), (self.place / "three.yaml").read_text())

    def test_a_host_that_sees_other_files_is_named(self):
        self.record("generate", self.job_of(300, 9000, "jpeg.yaml", content="jpeg"), "data")
        program = self.each_in_its_own("[ $N = 1 ] && mkdir -p in && cd in")
        self.assertIn("(process 1)", self.refused(3, "inspect", "data", program=program))
        shutil.copytree(self.place / "data", self.place / "in/data")
        victim = self.place / "in/data" / sorted(samples_in(self.files("in/data")))[77]
        victim.write_bytes(victim.read_bytes() + b"more")
        sentence = self.refused(3, "inspect", "data", program=program)
        self.assertIn("(process 1)", sentence)
        self.assertIn(victim.name, sentence)
        victim.unlink()
        self.assertIn(victim.name, self.refused(3, "inspect", "data", program=program))

    def test_nothing_there(self):
        (self.place / "empty").mkdir()
        self.assertIn("expected files in empty, found none", self.refused(3, "inspect", "empty"))


if __name__ == "__main__":
    unittest.main()
