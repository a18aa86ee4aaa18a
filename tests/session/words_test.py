"""Words in, words out: help, mistakes, where results go."""

import json
import os
import subprocess
import unittest

from session import AFORO, Session

# What is answered at once, for tests of how: designs of one family, by closed forms.
QUICK = ("--family", "all-flash TLC", "--confirm", "0")
COMMANDS = ["run", "generate", "inspect", "size", "catalogue"]


class WordsTest(Session):
    def test_help_of_every_command(self):
        overview = self.aforo("--help").out
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", overview)
            text = self.aforo(command, "--help").out
            self.assertRegex(text, rf"^[A-Z][^\n]+\.\n\nusage: aforo {command} ")
            self.assertIn("\nExamples:\n", text)
            self.assertIn("\nExit codes: 0 ", text)

    def test_nothing_at_all_shows_the_way(self):
        self.assertIn("usage: aforo COMMAND", subprocess.run([AFORO], capture_output=True, text=True).stderr)

    def test_mistyped_words_are_guessed(self):
        self.assertIn("did you mean 'generate'?", self.aforo("genrate", code=2).err)
        self.assertIn("did you mean '--accelerators'?", self.aforo("size", "x", "--acelerators", "4", code=2).err)
        self.assertIn("did you mean 'unet3d_h100'?", self.aforo("size", "unet3d_h10", code=2).err)
        self.assertIn("did you mean", self.aforo("size", "unet3d_h100", "loader.worker=4", code=2).err)

    def test_keys_of_the_other_side_are_named(self):
        self.assertIn("'loader.workers'", self.aforo("size", "unet3d_h100", "workload.reader.read_threads=8", code=2).err)
        (self.place / "b.yaml").write_text("framework: pytorch\ndataset: {format: npz, num_files_train: 100, "
                                           "record_length_bytes: 1000}\nreader: {batch_size: 2}\n"
                                           "train: {computation_time: 0.1}\n")
        self.aforo("size", "--dlio", "b.yaml", "--quiet", *QUICK)
        said = self.aforo("size", "--dlio", "b.yaml", "read_threads=8", code=2).err
        self.assertIn("did you mean 'reader.read_threads'?", said)

    def test_what_is_missing_is_named(self):
        self.assertIn("expected a workload", self.aforo("run", code=2).err)
        self.assertIn("expected a directory", self.aforo("run", "unet3d_h100", code=2).err)
        self.assertIn("expected a directory", self.aforo("inspect", code=2).err)
        self.assertIn("--capacity: expected", self.aforo("size", "unet3d_h100", "--capacity", "220", code=2).err)

    def test_contradictions_are_refused_before_anything_is_touched(self):
        for words in (["--find-max", "-n", "4"], ["--null", "--verify"], ["--drop-caches", "--cache-expected"],
                      ["--max-accelerators", "4"]):
            self.assertIn("expected", self.aforo("run", "unet3d_h100", "data", *words, code=2).err)
        self.assertEqual(list(self.place.iterdir()), [])

    def test_a_record_on_standard_output_is_nothing_but_the_record(self):
        said = self.aforo("size", "unet3d_h100", "--json", "-", *QUICK)
        self.assertEqual(json.loads(said.out)["command"], "size")
        self.assertIn("aforo size · unet3d_h100", said.err)

    def test_a_record_in_a_file(self):
        self.assertIn("aforo size · unet3d_h100", self.aforo("size", "unet3d_h100", "--json", "r.json", *QUICK).out)
        self.assertEqual(json.loads((self.place / "r.json").read_text())["schema"], 1)
        self.assertEqual([p.name for p in self.place.iterdir()], ["r.json"])

    def test_a_result_that_cannot_be_written_is_said(self):
        self.assertIn("expected to write 'no/such/r.json'", self.aforo("size", "unet3d_h100", "--json", "no/such/r.json", code=2).err)
        with open("/dev/full", "w") as full:
            done = subprocess.run([AFORO, "size", "unet3d_h100", *QUICK], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected to write standard output", done.stderr)

    def test_more_threads_than_any_machine_needs_are_refused(self):
        for words in (["run", "unet3d_h100", "data"], ["generate", "unet3d_h100", "data"], ["inspect", "."]):
            self.assertRegex(self.aforo(*words, "--threads", "5000", code=2).err,
                             r"^aforo: --threads: expected at most \d+ on this machine, found 5000; .+\n$")

    def test_no_result_goes_into_a_dataset(self):
        job, data = self.dataset()
        before = self.files("data")
        (self.place / "link").symlink_to("data")
        (data / "nothing").mkdir()
        for words in (["run", job, "data", "--json", "data/r.json"], ["run", job, "link/", "--csv", "data/nothing/r.csv"],
                      ["run", job, "./data", "--steps-csv", "link/steps.csv"], ["inspect", "data", "-o", data / "d.yaml"],
                      ["generate", job, "data", "--json", "data/../data/r.json"],
                      ["generate", "--delete", "data", "--json", "data/r.json"],
                      ["generate", job, "absent/", "--json", "absent/r.json"]):
            self.assertIn("expected a file outside the dataset", self.aforo(*words, code=2).err)
        self.assertEqual(self.files("data"), before)
        self.aforo("inspect", "data", "-o", "data.yaml", "--json", "data-2.json", "-q")  # beside it, with its name

    def test_a_dry_run_leaves_no_step_file(self):
        job, _ = self.dataset()
        self.aforo("run", job, "data", "--dry-run", "--steps-csv", "steps.csv")
        self.assertFalse((self.place / "steps.csv").exists())

    def test_a_step_file_that_is_cut_short_is_said_even_when_quiet(self):
        job, _ = self.dataset()
        with self.filesystem("size=4k") as point:
            (point / "fill").write_bytes(b"x" * 4096)
            said = self.aforo("run", job, "data", "-q", "--no-diagnose", "--json", "r.json", "--steps-csv", point / "s.csv", code=2)
        self.assertRegex(said.err, r"aforo: the step file .+/s\.csv is incomplete: .+\n$")
        self.assertTrue(json.loads((self.place / "r.json").read_text())["steps_csv_incomplete"])

    def test_a_dataset_smaller_than_a_batch_can_be_laid(self):
        self.aforo("generate", "resnet50_h100", "few", "--samples", "5", "--size", "10kB", "--set", "dataset.samples_per_file=5")
        self.assertIn("at most the dataset's 5 samples", self.aforo("size", "resnet50_h100", "dataset.samples=5", code=2).err)

    def test_a_dry_run_says_each_warning_once(self):
        job = self.place / "dlio.yaml"
        job.write_text("framework: pytorch\ndataset: {format: npz, num_files_train: 20, record_length_bytes: 10000}\n"
                       "reader: {batch_size: 2, colour: red}\ntrain: {computation_time: 0.001}\n")
        self.aforo("generate", "--dlio", job, "data", "-q")
        page = self.aforo("run", "--dlio", job, "data", "++train.epochs=1", "--dry-run").out
        self.assertEqual(page.count("'reader.colour: red'"), 1, page)
        self.assertRegex(page, r"epochs +1 +10 steps each")

    def test_no_time_is_no_limit(self):
        job, _ = self.dataset()
        self.aforo("run", job, "data", "--timeout", "0s", "--time-limit", "0s", "--no-diagnose", "-q")

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([AFORO, "size", "unet3d_h100", "--explain", *QUICK], stdout=write, stderr=subprocess.PIPE, text=True)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_closed_streams_do_not_swallow_results(self):
        size = f"exec '{AFORO}' size unet3d_h100 --family 'all-flash TLC' --confirm 0 --json r.json"
        done = subprocess.run(f"{size} --quiet <&- >&- 2>&-", shell=True, cwd=self.place)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads((self.place / "r.json").read_text())["command"], "size")

    def test_a_page_that_nobody_can_read_is_said(self):
        done = subprocess.run(f"exec '{AFORO}' size unet3d_h100 --confirm 0 >&-", shell=True, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected to write standard output, found that it takes no more", done.stderr)
        done = subprocess.run(f"exec '{AFORO}' size unet3d_h100 --confirm 0 --quiet >&-", shell=True, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, "nothing was to be printed")


class SizeTest(Session):
    def test_the_x_ray_archive_of_the_document(self):
        job = self.place / "chest-xray.yaml"
        job.write_text(
            "name: chest-xray\n"
            "dataset: {layout: file-per-sample, samples: 2_000_000,\n"
            "          sample_size: {mean: 150 kB, stddev: 60 kB, distribution: lognormal}}\n"
            "loader: {framework: pytorch, batch_size: 256, workers: 8, prefetch: 2}\n"
            "accelerator: {type: h100, step_time: 144 ms}\n")
        needs = self.record("size", job, "--accelerators", "64", "--capacity", "220TB", *QUICK)["requirement"]
        self.assertAlmostEqual(needs["read_bytes_per_second"], 15.36e9, delta=1)  # 0.9 x 64 x 256 / 0.144 s x 150 kB
        self.assertAlmostEqual(needs["opens_per_second"], 102_400, delta=1e-6)
        self.assertAlmostEqual(needs["sample_latency_seconds"], 0.005, delta=1e-12)  # 64 x 8 / 102,400
        self.assertEqual(needs["capacity_bytes"], 220 * 10**12)
        self.assertEqual(needs["hosts"], 8)
        self.assertEqual(needs["prefetch_memory_bytes_per_host"], 8 * 8 * 2 * 256 * 150_000)

    def test_a_target_of_its_own(self):
        half = self.record("size", "unet3d_h100", "-n", "1", "--target", "45%", *QUICK)["requirement"]
        full = self.record("size", "unet3d_h100", "-n", "1", "--target", "0.9", *QUICK)["requirement"]
        self.assertAlmostEqual(half["read_bytes_per_second"] * 2, full["read_bytes_per_second"], delta=1)


class CatalogueTest(Session):
    def test_every_preset_can_be_sized_and_says_where_it_comes_from(self):
        rows = self.record("catalogue", "workloads")["workloads"]
        self.assertGreaterEqual(len(rows), 19)
        for row in rows:
            self.assertIn(row["kind"], {"measured", "published", "estimated"}, row["name"])
            sized = self.record("size", row["name"], "-n", "1", "--target", "0.999", "--confirm", "0", "--family", "HDD",
                                code=None)
            # What the host's cores and the loader's workers do not prepare is not read.
            share = sized["requirement"]["read_bytes_per_second"] / row["demand_bytes_per_second"]
            self.assertAlmostEqual(share, 0.999 * sized["host"]["au_at_most"], delta=1e-9)


if __name__ == "__main__":
    unittest.main()
