"""A person writes checkpoints, restores them, and trains beside them; some are cut short, some damaged."""

import os
import signal
import subprocess
import time

from session import AFORO, Session, unittest

# 1.4 MB on 2 ranks, in chunks of 64 KiB.
BLOCK = "checkpoint: {parameters: 1e5, ranks: 2, chunk: 64 KiB}\n"


class Checkpoints(Session):
    def workload(self, block=BLOCK, name="checkpoints.yaml"):
        path = self.place / name
        path.write_text("name: small\n" + block)
        return path

    def whole(self, directory="ck"):
        return sorted(p.name for p in (self.place / directory).glob("checkpoint-*") if not p.name.endswith(".writing"))

    def refused(self, *words):
        """The sentence; nothing may have changed."""
        before = self.everything()
        said = self.aforo(*words, code=2)
        self.assertEqual(said.err.count("\n"), 1, said)
        self.assertEqual(self.everything(), before, said)
        return said.err

    def everything(self):
        return {str(p.relative_to(self.place)): p.stat().st_size for p in self.place.rglob("*")}

    def test_written_restored_and_proved(self):
        job = self.workload()
        record = self.record("checkpoint", job, "ck", "--write", 3, "--read", 2, "--verify", "--failure-every", "6h",
                             "--accelerator-price", "6/h", "checkpoint.every=10min")
        self.assertEqual([(c["kind"], c["number"]) for c in record["checkpoints"]],
                         [("write", 0), ("write", 1), ("write", 2), ("read", 1), ("read", 2)])
        for one in record["checkpoints"]:
            self.assertTrue(one["whole"])
            self.assertEqual(one["bytes"], 1_400_000)
            self.assertGreaterEqual(one["seconds"], one["rank0_seconds"])
            self.assertEqual(one["rank_seconds"]["ranks"], 2)
            if one["kind"] == "read":
                self.assertEqual(one["verified_bytes"], 1_400_000)
            else:
                self.assertGreaterEqual(one["bytes_by_kernel"], 1_400_000)
                self.assertGreater(one["fsync_seconds"], 0)
                self.assertGreater(one["done_seconds"], one["seconds"])
        self.assertEqual(set(record["statistics"]), {"slowest-rank", "mlps-v3.0-checkpoint"})
        self.assertGreater(record["interval"]["young_seconds"], record["interval"]["daly_seconds"])
        self.assertEqual(self.whole(), ["checkpoint-000000", "checkpoint-000001", "checkpoint-000002"])
        page = self.aforo("checkpoint", job, "ck", "--read", 1).out
        self.assertIn("slowest rank", page)
        self.assertIn("mlps-v3.0-checkpoint", page)

    def test_every_layout_and_every_way_back(self):
        for files, ranks in (("dlio-v3", 4), ("dcp", 4), ("torch", 1), ("safetensors", 4)):
            job = self.workload(f"checkpoint: {{parameters: 1e5, ranks: {ranks}, files: {files}, shard: 300 kB, chunk: 64 KiB}}\n")
            self.aforo("checkpoint", job, files, "--write", 1, "--quiet")
            for way in (["own"], ["shifted"], ["weights"], ["resharded", "--ranks", "3"]):
                record = self.record("checkpoint", job, files, "--read", 1, "--verify", "--cache-expected", "--restore", *way)
                self.assertTrue(record["checkpoints"][0]["whole"])
                least = 200_000 if way == ["weights"] else 1_400_000
                self.assertGreaterEqual(record["checkpoints"][0]["verified_bytes"], least)

    def test_a_flipped_byte_and_a_swapped_file_are_found(self):
        job = self.workload()
        self.aforo("checkpoint", job, "ck", "--write", 1, "--quiet")
        file = self.place / "ck/checkpoint-000000/__1_0.distcp"
        good = file.read_bytes()
        file.write_bytes(good[:123_456] + bytes([good[123_456] ^ 4]) + good[123_457:])
        said = self.aforo("checkpoint", job, "ck", "--read", 1, "--verify", code=2)
        self.assertIn("byte 123456 of", said.err)
        self.aforo("checkpoint", job, "ck", "--read", 1, "--quiet")
        other = self.place / "ck/checkpoint-000000/__0_0.distcp"
        file.write_bytes(other.read_bytes())
        self.assertIn("byte 0 of", self.aforo("checkpoint", job, "ck", "--read", 1, "--verify", code=2).err)

    def test_killed_in_the_middle_the_last_whole_one_stays(self):
        # A pause before each, so that the kill comes after a whole one; large enough to be hit while it is written.
        job = self.workload("checkpoint: {parameters: 2e7, ranks: 2, chunk: 64 KiB}\n")
        process = subprocess.Popen([AFORO, "checkpoint", job, "ck", "--write", "100", "--quiet"], cwd=self.place)
        self.addCleanup(process.wait)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            writing = self.place / "ck/checkpoint-000001.writing/__1_0.distcp"
            if writing.exists() and writing.stat().st_size > 1_000_000:
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        whole = self.whole()
        self.assertTrue(whole)
        for name in whole:
            self.assertTrue((self.place / "ck" / name / ".metadata").exists())
        record = self.record("checkpoint", job, "ck", "--read", 100, "--verify", "--cache-expected")
        self.assertEqual({c["number"] for c in record["checkpoints"]}, {int(name[-6:]) for name in whole})
        self.assertTrue(all(c["whole"] for c in record["checkpoints"]))
        self.aforo("checkpoint", job, "ck", "--write", 1, "--quiet")
        self.assertEqual(list((self.place / "ck").glob("*.writing")), [])
        self.assertEqual(len(self.whole()), len(whole) + 1)

    def test_a_full_disk_leaves_what_was_whole(self):
        job = self.workload("checkpoint: {parameters: 1e5, ranks: 2, chunk: 64 KiB, keep: 1}\n")
        with self.filesystem("size=8m") as mount:
            self.assertIn("expected", self.refused("checkpoint", job, mount / "ck", "--write", 10, "checkpoint.keep=0"))
            self.aforo("checkpoint", job, mount / "ck", "--write", 1, "--quiet")
            # Room for it when it is asked for, and none when it is written.
            filler = subprocess.Popen([AFORO, "checkpoint", job, mount / "ck", "--write", "50", "--gap", "100ms", "--quiet"],
                                      cwd=self.place, stderr=subprocess.PIPE, text=True)
            self.addCleanup(filler.kill)
            time.sleep(0.3)
            full = os.open(mount / "filler", os.O_WRONLY | os.O_CREAT)
            try:
                while True:
                    os.write(full, bytes(4096))
            except OSError:
                os.close(full)
            _, err = filler.communicate(timeout=60)
            self.assertEqual(filler.returncode, 2, err)
            self.assertIn("ENOSPC", err)
            (mount / "filler").unlink()
            self.assertEqual(list((mount / "ck").glob("*.writing")), [])
            record = self.record("checkpoint", job, mount / "ck", "--read", 1, "--verify")
            self.assertTrue(record["checkpoints"][0]["whole"])

    def test_a_full_disk_from_the_start_leaves_nothing(self):
        job = self.workload()
        with self.filesystem("size=1m") as mount:
            self.refused("checkpoint", job, mount / "ck", "--write", 1)
            self.assertEqual(list(mount.iterdir()), [])

    def test_the_newest_are_kept(self):
        job = self.workload()
        record = self.record("checkpoint", job, "ck", "--write", 5, "checkpoint.keep=2")
        self.assertEqual(record["removed"], 3)
        self.assertEqual(self.whole(), ["checkpoint-000003", "checkpoint-000004"])

    def test_what_makes_no_sense_is_one_sentence(self):
        job = self.workload()
        (self.place / "foreign").mkdir()
        (self.place / "foreign/thesis.pdf").write_text("x")
        (self.place / "empty").mkdir()
        self.aforo("checkpoint", job, "ck", "--write", 1, "--quiet")
        for words, part in (
            (["ck", "checkpoint.tensor_parallel=3"], "3 x 1 x 1"),
            (["new", "checkpoint.files=torch"], "as many ranks as 'torch' has files, 1, found 2"),
            (["new", "checkpoint.files=safetensors", "checkpoint.ranks=8"], "has files, 2, found 8"),
            (["new", "checkpoint.parameters=1e13", "--write", 2], "for 2 checkpoints"),
            (["foreign", "--write", 1], "thesis.pdf"),
            (["foreign", "--read", 1], "thesis.pdf"),
            (["empty", "--read", 1], "empty directory"),
            (["new", "--read", 1], "found no 'new'"),
            (["ck", "--read", 1, "checkpoint.files=dlio-v3"], "files: dlio-v3 asked, dcp there"),
            (["ck", "--read", 1, "checkpoint.ranks=4"], "ranks: 4 asked, 2 there"),
            (["ck", "--restore", "resharded"], "--ranks"),
            (["ck", "--write", 0, "--read", 0], "--write 0"),
            (["ck", "checkpoint.parameters=0"], "writes no checkpoints"),
            (["ck", "checkpoint.chunk=5000B"], "4 KiB"),
        ):
            self.assertIn(part, self.refused("checkpoint", job, *words))
        os.truncate(self.place / "ck/checkpoint-000000/__1_0.distcp", 1000)
        self.assertIn("found 1000", self.refused("checkpoint", job, "ck", "--read", 1))
        (self.place / "ck/checkpoint-000000").rename(self.place / "ck/checkpoint-000000.writing")
        self.assertIn("cut short", self.refused("checkpoint", job, "ck", "--read", 1))
        _, data = self.dataset()
        self.assertIn("inside", self.refused("checkpoint", job, "data/ck", "--write", 1))

    def test_a_dry_run_touches_nothing(self):
        job = self.workload("checkpoint: {model: llama3-405b, files: dlio-v3}\n")
        before = self.everything()
        record = self.record("checkpoint", job, "ck", "--dry-run")
        self.assertEqual(self.everything(), before)
        self.assertEqual((record["checkpoint"]["ranks"], record["checkpoint"]["files"]), (512, 1544))

    def test_interrupted_it_keeps_what_is_whole(self):
        job = self.workload()
        process = subprocess.Popen([AFORO, "checkpoint", job, "ck", "--write", "1000", "--gap", "50ms", "--quiet", "--json", "r.json"],
                                   cwd=self.place, stderr=subprocess.PIPE, text=True)
        while process.poll() is None and len(self.whole() if (self.place / "ck").exists() else []) < 2:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2, err)
        self.assertTrue((self.place / "r.json").exists(), err)
        self.assertEqual(list((self.place / "ck").glob("*.writing")), [])
        self.assertGreaterEqual(len(self.whole()), 2)


class RunsWithCheckpoints(Session):
    def run_with(self, *words, code=None):
        job, data = self.dataset()
        return self.record("run", job, data, "--checkpoint-dir", "ck", "checkpoint.parameters=1e5", "checkpoint.every_steps=10",
                           "checkpoint.chunk=64KiB", "--no-diagnose", *words, code=code)

    def test_training_stands_still_or_goes_on(self):
        stalls = {}
        for mode in ("sync", "async"):
            record = self.run_with(f"checkpoint.mode={mode}", "checkpoint.keep=1")
            self.assertEqual(record["checkpoint"]["committed"], 3)
            self.assertEqual(len(record["checkpoints"]), 3)
            self.assertTrue(all(c["whole"] and c["bytes"] == 1_400_000 for c in record["checkpoints"]))
            stalls[mode] = record["stalls"]["checkpoint_seconds"]
            self.assertIn("pause_seconds", record["interval"])
        self.assertGreater(stalls["sync"], 0)
        self.assertEqual(len(list((self.place / "ck").glob("checkpoint-*"))), 1)
        # ... and can be restored on their own.
        (self.place / "w.yaml").write_text("checkpoint: {parameters: 1e5, ranks: 2, chunk: 64 KiB}\n")
        restored = self.record("checkpoint", "w.yaml", "ck", "--read", 1, "--verify")
        self.assertTrue(restored["checkpoints"][0]["whole"])

    def test_a_copy_to_memory_holds_training_up(self):
        record = self.run_with("checkpoint.mode=async", "checkpoint.copy_rate=70MB")
        self.assertAlmostEqual(record["checkpoint"]["copy_seconds"], 0.01)
        self.assertGreaterEqual(record["stalls"]["checkpoint_seconds"], 3 * 2 * 0.01)

    def test_what_makes_no_sense_is_one_sentence(self):
        job, data = self.dataset()
        block = ["checkpoint.parameters=1e5", "checkpoint.every_steps=10"]
        for words, part in (
            (["--checkpoint-dir", data / "ck", *block], "one inside the other"),
            (["--checkpoint-dir", ".", *block], "one inside the other"),
            (["--checkpoint-dir", "ck", "checkpoint.every_steps=10"], "neither checkpoint.model"),
            (["--checkpoint-dir", "ck", "checkpoint.parameters=1e5"], "neither checkpoint.every"),
            (["--checkpoint-dir", "ck", *block, "checkpoint.ranks=3"], "as many accelerators as the checkpoint has ranks, 3"),
            (["--checkpoint-dir", "ck", *block, "--find-max"], "--find-max"),
            (["--checkpoint-dir", "ck", *block, "checkpoint.parameters=1e13"], "for 3 checkpoints"),
        ):
            said = self.aforo("run", job, data, *words, code=2)
            self.assertIn(part, said.err)
            self.assertFalse((self.place / "ck").exists(), said)


if __name__ == "__main__":
    unittest.main()
