"""A dataset's life: planned, laid, described, laid again, taken away."""

import json
import re
import unittest

from session import Session, samples_in


class DatasetTest(Session):
    def test_a_dry_run_touches_nothing(self):
        record = self.record("generate", self.job(), "data", "--dry-run")
        self.assertTrue(record["dry_run"])
        self.assertEqual(record["samples"], 240)
        self.assertFalse((self.place / "data").exists())

    def test_the_same_job_gives_the_same_bytes(self):
        job = self.job()
        self.aforo("generate", job, "one", "--threads", "1")
        self.aforo("generate", job, "two", "--threads", "4")
        one, two = samples_in(self.files("one")), samples_in(self.files("two"))
        self.assertEqual(len(one), 240)
        self.assertEqual(one, two)

    def test_another_seed_gives_other_bytes(self):
        job = self.job()
        self.aforo("generate", job, "one", "--samples", "4")
        self.aforo("generate", job, "two", "--samples", "4", "--seed", "99")
        self.assertFalse(set(samples_in(self.files("one")).values()) & set(samples_in(self.files("two")).values()))

    def test_a_second_time_finds_all_there(self):
        job, data = self.dataset()
        before = {p: p.stat().st_mtime_ns for p in data.rglob("*.jpg")}
        record = self.record("generate", job, "data")
        self.assertEqual((record["state"], record["skipped_files"]), ("complete", 240))
        self.assertEqual({p: p.stat().st_mtime_ns for p in data.rglob("*.jpg")}, before)

    def test_what_went_missing_is_laid_again(self):
        job, data = self.dataset()
        before = self.files("data")
        victim = sorted(samples_in(before))[17]
        (data / victim).unlink()
        self.aforo("generate", job, "data")
        self.assertEqual(samples_in(self.files("data")), samples_in(before))

    def test_inspect_describes_what_generate_laid(self):
        job, data = self.dataset()
        record = self.record("inspect", "data", "-o", "dataset.yaml")
        self.assertEqual(record["samples"], 240)
        self.assertEqual((record["layout"], record["content"]), ("file-per-sample", "jpeg"))
        total = sum(len(content) for content in samples_in(self.files("data")).values())
        self.assertEqual(record["bytes"], total)
        self.assertTrue((self.place / "dataset.yaml").read_text().startswith("dataset:"))

    def test_the_block_is_accepted_where_datasets_are(self):
        self.dataset()
        self.aforo("inspect", "data", "-o", "dataset.yaml", "--quiet")
        needs = self.record("size", "unet3d_h100", "--dataset", "dataset.yaml", "-n", "1")
        self.assertIn("samples: 240", needs["config"]["yaml"])
        planned = self.record("generate", "unet3d_h100", "copy", "--dataset", "dataset.yaml", "--dry-run",
                              "dataset.samples=7")
        self.assertEqual(planned["samples"], 7, "an override of the block comes after it")

    def test_the_block_alone_on_standard_output(self):
        self.dataset()
        said = self.aforo("inspect", "data", "-o", "-")
        self.assertTrue(said.out.startswith("dataset:"), said)
        self.assertIn("samples", said.err)
        self.assertIn("two options with '-'", self.aforo("inspect", "data", "-o", "-", "--json", "-", code=2).err)

    def test_delete_removes_what_was_generated_and_nothing_else(self):
        _, data = self.dataset()
        (data / "notes.txt").write_text("mine")
        before = self.files("data")
        self.aforo("generate", "--delete", "data", "--dry-run")
        self.assertEqual(self.files("data"), before)
        self.aforo("generate", "--delete", "data")
        self.assertEqual(self.files("data"), {"notes.txt": b"mine"})

    def test_delete_leaves_the_directory_itself_empty(self):
        _, data = self.dataset()
        self.aforo("generate", "--delete", "data")
        self.assertEqual(list(data.iterdir()), [])

    def test_every_preset_can_be_laid_as_it_is_or_as_the_sentence_says(self):
        other = 0
        for row in self.record("catalogue", "workloads")["workloads"]:
            words = ["generate", row["name"], "data", "--samples", "4", "--dry-run"]
            with self.subTest(row["name"]):
                page = self.aforo("catalogue", "workloads", row["name"]).out
                if row["generates"]:
                    self.assertIn("aforo generate, as it is", page)
                    self.record(*words)
                    continue
                other += 1
                said = self.aforo(*words, code=2).err
                options = re.search("give ((--[a-z]+ [a-z-]+ ?)+)", said.replace(",", "")).group(1).split()
                self.assertIn(" ".join(options[:2]), page)
                self.assertEqual(self.record(*words, *options)["samples"], 4)
        self.assertGreater(other, 0)

    def test_every_layout_can_be_laid_and_trained_on(self):
        job = self.job(content="raw")
        for layout in ("tfrecord", "records", "webdataset", "npy"):
            with self.subTest(layout):
                shape = ["dataset.sample_size=20 kB", "dataset.samples_per_file=60"]
                words = [job, layout, "--set", f"dataset.layout={layout}", *shape]
                laid = self.record("generate", job, layout, "--layout", layout, *shape)
                self.assertEqual(laid["dataset"], self.record("generate", *words, "--dry-run")["dataset"])
                record = self.record("run", *words, "--steps", "5")
                self.assertEqual(record["steps"], 5)
                self.assertEqual(record.get("errors", {}).get("count", 0), 0, json.dumps(record.get("errors")))


if __name__ == "__main__":
    unittest.main()
