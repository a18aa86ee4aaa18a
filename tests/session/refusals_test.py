"""What must not happen: foreign files touched, full disks mistaken for success, half a dataset for a whole one."""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import threading
import time
import unittest

from session import AFORO, Session, samples_in


class RefusalsTest(Session):
    def test_a_directory_with_other_files_is_refused(self):
        home = self.place / "home"
        home.mkdir()
        (home / "thesis.tex").write_text("years of work")
        said = self.aforo("generate", self.job(), "home", code=2)
        self.assertIn("expected", said.err)
        self.assertEqual(self.files("home"), {"thesis.tex": b"years of work"})

    def test_a_directory_without_a_marker_is_not_deleted(self):
        home = self.place / "home"
        home.mkdir()
        (home / "thesis.tex").write_text("years of work")
        self.aforo("generate", "--delete", "home", code=2)
        self.assertEqual(self.files("home"), {"thesis.tex": b"years of work"})

    def test_an_input_file_that_says_nothing_can_be_ended(self):
        job = self.job()
        os.mkfifo(self.place / "pipe.yaml")
        for words in (("predict", "pipe.yaml", "storage.yaml"), ("generate", "pipe.yaml", "data"), ("predict", job, "pipe.yaml"),
                      ("size", job, "--prices", "pipe.yaml")):
            with self.subTest(words):
                process = subprocess.Popen([AFORO, *words], cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                try:
                    time.sleep(0.5)
                    self.assertIsNone(process.poll())
                    process.terminate()
                    process.communicate(timeout=3)
                finally:
                    process.kill()
                self.assertEqual(process.returncode, -signal.SIGTERM)
        said = subprocess.run(["bash", "-c", f"{AFORO} generate <(cat {job}) data --dry-run"], cwd=self.place,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(said.returncode, 0, said.stderr)

    def test_delete_takes_no_workload(self):
        self.dataset()
        before = self.files("data")
        self.aforo("generate", "small.yaml", "data", "--delete", code=2)
        self.aforo("generate", "--delete", "data", "--samples", "3", code=2)
        self.assertEqual(self.files("data"), before)

    def test_a_result_does_not_replace_an_input_or_another_result(self):
        job, _ = self.dataset()
        before = job.read_bytes()
        (self.place / "link.yaml").symlink_to("small.yaml")
        (self.place / "block.yaml").write_text("x")
        for words in (["run", job, "data", "--json", "./small.yaml"], ["run", job, "data", "--steps-csv", job],
                      ["run", "link.yaml", "data", "--json", "small.yaml"], ["size", job, "--json", "link.yaml"],
                      ["run", "--dlio", job, "data", "--csv", job], ["size", job, "--dataset", "block.yaml", "--json", "block.yaml"],
                      ["predict", job, "block.yaml", "--json", "block.yaml"], ["probe", "new", "--workload", job, "-o", job],
                      ["predict", "unet3d_h100", "block.yaml", "--beside", "small.yaml:2", "--csv", job]):
            self.assertIn("which is its input", self.aforo(*words, code=2).err)
        for words in (["run", job, "data", "--json", "r", "--csv", "./r"], ["run", job, "data", "--json", "r", "--steps-csv", "data/../r"],
                      ["inspect", "data", "--json", "r", "-o", self.place / "r"], ["probe", "new", "--json", "r", "-o", "r"]):
            self.assertIn("for both", self.aforo(*words, code=2).err)
        self.assertEqual(job.read_bytes(), before)
        self.assertFalse((self.place / "r").exists() or (self.place / "new").exists())
        self.aforo("run", job, "data", "--json", "/dev/null", "--csv", "/dev/null", "--quiet", "--no-diagnose")

    def test_a_workload_beside_dlio_is_refused_by_every_command(self):
        job, _ = self.dataset()
        for words in (["size", job], ["run", job, "data"], ["generate", job, "data"], ["predict", job, "s.yaml"]):
            self.assertIn("leave W out", self.aforo(*words, "--dlio", job, code=2).err)

    def test_another_dataset_does_not_overwrite_the_first(self):
        job, _ = self.dataset()
        before = self.files("data")
        self.aforo("generate", job, "data", "--seed", "99", code=2)
        self.assertEqual(self.files("data"), before)

    def test_a_file_is_no_directory(self):
        (self.place / "file").write_text("x")
        for words in (["inspect", "file"], ["run", self.job(), "file"], ["generate", self.job(), "file"]):
            self.aforo(*words, code=2)
        self.assertEqual((self.place / "file").read_text(), "x")

    def test_an_absent_or_empty_dataset(self):
        (self.place / "empty").mkdir()
        for words in (["inspect", "nowhere"], ["inspect", "empty"], ["run", self.job(), "nowhere"],
                      ["run", self.job(), "empty"]):
            self.assertIn("expected", self.aforo(*words, code=2).err)

    def test_a_dataset_that_cannot_fit_is_refused_before_a_byte(self):
        with self.filesystem("size=2m") as point:
            said = self.aforo("generate", self.job(), point / "data", code=2)  # 240 x 20 kB = 4.8 MB
            self.assertRegex(said.err, "(free|fit)")
            self.assertEqual(list(point.iterdir()), [])

    def test_a_disk_that_fills_up_leaves_a_state_to_resume(self):
        big = self.job(content="raw")
        words = [big, "dataset.sample_size=1 MiB", "--samples", "200"]
        with self.filesystem("size=230m") as point:
            # Another program takes the space while the dataset is laid; where it came too late, once more.
            for _ in range(5):
                said = self.with_thief(point, [*words, point / "data", "--threads", "1"])
                if said.returncode == 2:
                    break
                self.aforo("generate", "--delete", point / "data")
            self.assertEqual(said.returncode, 2, said)
            self.assertIn("ENOSPC", said.stderr)
            self.aforo("run", big, point / "data", code=2)  # half a dataset is not taken for a whole one
            (point / "thief").unlink()
            record = self.record("generate", *words, point / "data")
            self.assertEqual(record["state"], "complete")
            self.assertEqual(len(samples_in(self.files(point / "data"))), 200)

    def test_a_failed_generate_leaves_its_record(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        # SIGXFSZ is ignored by Python, and so by its children: writing past the limit is then an error.
        words = ["generate", self.job(content="raw"), "data", "dataset.sample_size=1 MiB", "--json", "r.json", "--quiet"]
        run = subprocess.run([AFORO, *map(str, words)], cwd=self.place, capture_output=True, text=True, timeout=60,
                             preexec_fn=limit, restore_signals=False)
        self.assertEqual(run.returncode, 2, run)
        self.assertIn("EFBIG", run.stderr)
        record = json.loads((self.place / "r.json").read_text())
        self.assertEqual((record["state"], record["partial"], record["files_written"]), ("partial", True, 0))
        self.assertIn("EFBIG", record["error"])
        self.assertEqual(self.record(*words[:4])["state"], "complete")

    def test_delete_without_a_directory(self):
        self.assertIn("expected a directory", self.aforo("generate", "--delete", code=2).err)

    def with_thief(self, point, words):
        generate = subprocess.Popen([AFORO, "generate", *map(str, words)], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True, cwd=self.place)
        while generate.poll() is None and not any((point / "data").glob("*")):
            time.sleep(0.001)
        thief = os.open(point / "thief", os.O_CREAT | os.O_WRONLY)
        try:
            step = 1 << 20
            for offset in range(0, 230 << 20, step):
                os.posix_fallocate(thief, offset, step)
        except OSError:
            pass  # all is taken
        finally:
            os.close(thief)
        _, err = generate.communicate(timeout=100)
        generate.stderr = err
        if generate.returncode == 0:
            (point / "thief").unlink()
        return generate

    def test_a_read_only_target(self):
        with self.filesystem("size=16m") as point:
            self.aforo("generate", self.job(), point / "data", "--quiet")
            subprocess.run(["mount", "-o", "remount,ro", str(point)], check=True)
            self.assertIn("EROFS", self.aforo("generate", self.job(), point / "other", code=2).err)
            self.assertEqual(self.record("run", self.small(), point / "data", "--no-diagnose")["steps"], 30)
            self.aforo("inspect", point / "data", "--quiet")
            self.aforo("generate", "--delete", point / "data", code=2)

    def small(self):
        return self.place / "small.yaml"

    def test_storage_that_never_answers_does_not_keep_the_run(self):
        job, data = self.dataset()
        hangs = data / sorted(name.rpartition("/")[0] for name in samples_in(self.files("data")))[0]
        # Under the address sanitizer: its search for leaks first stops every thread, and one that hangs in the kernel
        # cannot be stopped.
        without_leaks = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
        for engine in ("auto", "threads"):
            with self.subTest(engine=engine), self.hung_filesystem(hangs):
                # Nothing may look into the mount but aforo.
                run = subprocess.Popen([AFORO, "run", str(job), "data", "--engine", engine, "--timeout", "1s", "--on-error",
                                        "skip", "--time-limit", "8s", "--no-diagnose", "--json", "record.json", "--quiet",
                                        "--threads", "3"], cwd=self.place, env=without_leaks,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                try:
                    _, err = run.communicate(timeout=60)
                except subprocess.TimeoutExpired:
                    run.kill()
                    self.fail(f"aforo run with the engine {engine} did not end")
                self.assertEqual(run.returncode, 1, err)
                self.assertIn("timed out", (self.place / "record.json").read_text())

    @contextlib.contextmanager
    def hung_filesystem(self, point):
        """A FUSE filesystem over `point` whose server never answers; skipped where it cannot be mounted."""
        mount = ctypes.CDLL(None, use_errno=True).mount
        try:
            device = os.open("/dev/fuse", os.O_RDWR)
        except OSError as error:
            self.skipTest(f"mounting a FUSE filesystem needs root and /dev/fuse: {error}")
        words = f"fd={device},rootmode=40000,user_id=0,group_id=0"
        nosuid_nodev = 2 | 4
        if mount(b"aforo-test", os.fsencode(point), b"fuse", nosuid_nodev, words.encode()) != 0:
            os.close(device)
            self.skipTest(f"mounting a FUSE filesystem needs root: {os.strerror(ctypes.get_errno())}")
        try:
            yield
        finally:
            os.close(device)  # fails whatever still waits
            subprocess.run(["umount", "-l", str(point)], check=True)

    def test_memory_that_runs_out_is_an_error_that_is_counted(self):
        job, _ = self.dataset()
        if self.within(1024, "--version").returncode != 0:
            self.skipTest("this build needs more than 1 GiB of addresses (a sanitizer)")
        codes, said = [], ""
        for megabytes in (*range(32, 60), *range(60, 132, 8), 640):  # the last is plenty, whatever a thread's heap maps
            run = self.within(megabytes, "run", job, "data", "--deliver", "batch", "--batch-size", "60", "--no-diagnose",
                              "--quiet", "--json", "-", "--on-error", "skip", "--threads", "2")
            could_not_be_loaded = 127
            self.assertIn(run.returncode, (0, 1, 2, could_not_be_loaded), f"{megabytes} MiB: {run.stderr}")
            self.assertNotIn("a defect of aforo", run.stderr)
            codes.append(run.returncode)
            said += run.stdout
        self.assertEqual(codes[-1], 0, codes)
        self.assertIn("ENOMEM", said)

    def within(self, megabytes, *words):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        return subprocess.run([AFORO, *map(str, words)], cwd=self.place, capture_output=True, text=True, preexec_fn=limit,
                              timeout=60)

    def test_a_killed_generate_is_resumed(self):
        job = self.job(content="raw")
        words = [str(job), "data", "--samples", "20000", "--threads", "1"]
        run = subprocess.Popen([AFORO, "generate", *words], cwd=self.place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while run.poll() is None and not any((self.place / "data").glob("*/*")):
            time.sleep(0.001)
        run.kill()
        run.wait()
        self.assertEqual(self.record("generate", *words)["state"], "complete")
        self.assertEqual(len(samples_in(self.files("data"))), 20000)


if __name__ == "__main__":
    unittest.main()
