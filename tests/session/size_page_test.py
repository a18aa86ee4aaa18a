"""The first screen of `size`, and the design that it hands to `predict`."""

import csv
import fcntl
import json
import os
import pty
import re
import shlex
import struct
import subprocess
import termios
import unittest

from session import AFORO
from size_test import HOPELESS, JOBS, PORTFOLIO, VISION, XRAY, Files


class FirstScreen(Files):
    """Read in a minute: 24 lines of 80 columns, whatever is asked."""

    def screen(self, *words, code=0):
        """The page at a terminal of 80 columns."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        # Standard error has the width; standard output is a pipe, so that nothing is lost in the terminal.
        process = subprocess.run([AFORO, "size", *words], cwd=self.place, stdout=subprocess.PIPE, stderr=theirs, text=True)
        os.close(theirs)
        self.assertEqual(process.returncode, code, process.stdout)
        lines = process.stdout.splitlines()
        self.assertLessEqual(len(lines), 24, process.stdout)
        self.assertLessEqual(max(len(line) for line in lines), 80, process.stdout)
        self.assertNotIn("100.0 %", process.stdout)
        return " ".join(process.stdout.split())

    def test_it_is_a_screen_in_every_mode(self):
        jobs = self.file("jobs.yaml", JOBS)
        for words in (VISION, XRAY, (*VISION, "--where", "cloud"), ("--jobs", jobs, "--confirm", "0"),
                      ("resnet50_files_h100", "-n", "8", "--capacity", "20TB", "--where", "on-premises", "--confirm", "1")):
            page = self.screen(*words)
            for word in ("a month", "of the time (AU, accelerator utilisation)", "how sure", "next"):
                self.assertIn(word, page)
        page = self.screen(*HOPELESS, code=1)
        for word in ("nothing serves", "nearest", "--full"):
            self.assertIn(word, page)
        portfolio = self.file("mine.yaml", PORTFOLIO % "30 %")
        self.assertIn("by weight", self.screen("--portfolio", portfolio))

    def test_ranks_have_no_holes_and_nothing_is_absurd(self):
        record = self.record("size", *VISION)
        for key in ("break_points", "advice", "horizon", "requirement_curve"):
            self.assertIn(key, record, "the Record has what the screen leaves out")
        asked = record["requirement"]["capacity_to_buy_bytes"]
        ranked = record["designs"]
        self.assertEqual([d["rank"] for d in ranked], list(range(1, len(ranked) + 1)))
        best = [record[place]["design"] for place in ("best_on_premises", "best_in_cloud") if place in record]
        for i, d in enumerate(ranked):
            if i not in best:
                self.assertLessEqual(d["usable_bytes"], 4 * asked, d["name"])
        left_out = record["considered"]["oversized"]
        self.assertGreater(left_out, 0, "else this test says nothing")
        page = self.aforo("size", *VISION, "--full").out
        self.assertIn(f"Left out: {left_out} that serve", page)
        self.assertNotIn("closed*", page)


class StorageOut(Files):
    """A design goes to a file, and `predict` says of it what `size` said."""

    def agrees(self, *words, rank=1):
        self.aforo("size", *words, "--storage-out", "design.yaml", "--storage-rank", rank, "--csv", "designs.csv", "--quiet")
        text = (self.place / "design.yaml").read_text()
        with open(self.place / "designs.csv", newline="") as file:
            design = next(row for row in csv.DictReader(file) if row["name"] in text)
        command = shlex.split(re.search("that prediction again: aforo (.*?)\"?$", text, re.MULTILINE)[1])
        found = self.record(*command, "--no-advice", code=None)
        low, high = float(design["au_low"]), float(design["au_high"])
        # The design's own interval, and what a simulation of a part of an epoch may be off.
        self.assertGreaterEqual(found["au"], low - 0.01, (design, command))
        self.assertLessEqual(found["au"], high + 0.01, (design, command))

    def test_predict_says_the_same(self):
        self.agrees("resnet50_h100", "-n", "64", "--capacity", "250TB", "--family", "all-flash QLC", "--confirm", "1")
        self.agrees("unet3d_h100", "-n", "16", "--capacity", "100TB", "--family", "all-flash TLC", "--confirm", "1")
        self.agrees("mimic_cxr_densenet_h100", "-n", "8", "--capacity", "50TB", "--where", "on-premises", "--confirm", "2",
                    rank=2)
        self.agrees("llama31_8b_tokens_h100", "-n", "64", "--dataset-size", "5TB", "--capacity", "100TB", "--where", "cloud",
                    "--confirm", "0")

    def follows(self, *words):
        """The page says the command that predicts the job on the file that was written, and it gives the same."""
        page = " ".join(self.aforo("size", *words, "--storage-out", "d.yaml", "--json", "r.json").out.split())
        record = json.loads((self.place / "r.json").read_text())
        command = record["next"]["command"]
        self.assertIn(command, page)
        self.assertIn(" d.yaml ", command)
        self.assertIn(command, (self.place / "d.yaml").read_text())
        found = self.record(*shlex.split(command)[1:], "--no-advice", code=None)
        low, high = record["designs"][0]["au_interval"]
        self.assertGreaterEqual(found["au"], low - 0.01, command)
        self.assertLessEqual(found["au"], high + 0.01, command)
        return command

    def test_the_page_says_how_to_predict_on_what_was_written(self):
        self.assertIn("--method closed", self.follows("deepcam_h100", "-n", "64", "--confirm", "0"))
        # As many epochs as predict takes.
        self.follows("mimic_cxr_densenet_h100", "-n", "8", "--dataset-size", "1GB", "--confirm", "0")
        # HDF5 is only sized; a simulation takes what is read alike.
        self.follows("era5_fourcastnet_a100", "-n", "32", "--capacity", "300TB", "--family", "hybrid flash + HDD",
                     "--where", "on-premises", "--confirm", "0")

    def test_each_rank_is_its_own_design(self):
        files = []
        for rank in ("1", "2"):
            self.aforo("size", *XRAY, "--storage-out", f"{rank}.yaml", "--storage-rank", rank, "--quiet")
            files.append((self.place / f"{rank}.yaml").read_text())
        self.assertNotEqual(*files)

    def test_bad_input(self):
        self.assertIn("expected a rank from 1 to", self.refused(*XRAY, "--storage-out", "x.yaml", "--storage-rank", "999"))
        self.assertIn("found 0", self.refused(*XRAY, "--storage-out", "x.yaml", "--storage-rank", "0"))
        self.assertIn("none/x.yaml", self.refused(*XRAY, "--storage-out", "none/x.yaml"))
        self.assertIn("expected --storage-out FILE beside --storage-rank", self.refused(*XRAY, "--storage-rank", "2"))
        portfolio = self.file("mine.yaml", PORTFOLIO % "30 %")
        self.assertIn("expected --storage-out or --portfolio, found both",
                      self.refused("--portfolio", portfolio, "--storage-out", "x.yaml"))
        jobs = self.file("jobs.yaml", JOBS)
        self.assertIn("a file that this command does not read",
                      self.refused("--jobs", jobs, "--confirm", "0", "--storage-out", jobs))
        self.assertEqual((self.place / jobs).read_text(), JOBS)
        self.assertEqual(sorted(p.name for p in self.place.iterdir()), ["jobs.yaml", "mine.yaml"], "nothing is left of what failed")

    def test_where_nothing_serves_nothing_is_written(self):
        self.file("kept.yaml", "mine\n")
        said = self.aforo("size", *HOPELESS, "--storage-out", "kept.yaml", code=1)
        self.assertEqual(len(said.err.strip().splitlines()), 1, said)
        self.assertIn("expected something to write to 'kept.yaml'", said.err)
        self.assertEqual((self.place / "kept.yaml").read_text(), "mine\n")


if __name__ == "__main__":
    unittest.main()
