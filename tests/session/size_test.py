"""Sizing: jobs in; designs, money and what would turn the answer out. Bad input ends in one sentence."""

import csv
import os
import pathlib
import signal
import subprocess
import time
import unittest

from session import AFORO, Session

VISION = ("resnet50_h100", "-n", "64", "--capacity", "250TB", "--confirm", "0")
XRAY = ("mimic_cxr_densenet_h100", "-n", "8", "--capacity", "50TB", "--confirm", "0")
# One worker each: no store in the cloud hands it a volume in time.
HOPELESS = ("unet3d_h100", "-n", "64", "-w", "1", "--where", "cloud", "--confirm", "0")
PORTFOLIOS = pathlib.Path(os.environ["AFORO_SOURCE_DIR"], "data", "portfolios")

JOBS = """\
capacity: 50 TB
jobs:
  - {workload: resnet50_h100, accelerators: 16, duty: 50 %, dataset_size: 10 TB}
  - {workload: mimic_cxr_densenet_h100, accelerators: 8, dataset_size: 20 TB}
"""
PORTFOLIO = """\
portfolio: mine
scenarios:
  - {name: pictures, weight: 70 %%, workload: resnet50_h100, accelerators: 16, capacity: 20 TB}
  - {name: x-rays, weight: %s, workload: mimic_cxr_densenet_h100, accelerators: 8, capacity: 20 TB, growth: 50 %%, years: 2}
"""


class Files(Session):
    def file(self, name, text):
        (self.place / name).write_text(text)
        return name

    def refused(self, *words):
        said = self.aforo("size", *words, code=2)
        self.assertEqual(said.out, "")
        self.assertEqual(len(said.err.strip().splitlines()), 1, said)
        return said.err


class Answer(Files):
    def test_the_record_holds_what_the_page_shows(self):
        record = self.record("size", *VISION)
        page = self.aforo("size", *VISION, "--full").out
        copied = "staging_seconds" in record["designs"][0]  # the fourth is of the other place, the fifth of a copy
        self.assertEqual(len(record["recommendation"]), 5 if copied else 4)
        for word in ("Recommendation", "Designs on premises that serve", "Designs in the cloud that serve", "Idle accelerators",
                     "What would turn it", "Own or rent", "Prices", "estimates:",
                     record["prices"]["dates"], record["designs"][0]["name"]):
            self.assertIn(word, " ".join(page.split()))
        for rented in (False, True):  # two lists: storage stands where the accelerators stand
            totals = [d["total_usd_per_month"] + d.get("accelerators_more_usd_per_month", 0)
                      for d in record["designs"] if ("service" in d) == rented]
            self.assertTrue(totals)
            self.assertEqual(totals, sorted(totals))
        for d in record["designs"]:
            self.assertAlmostEqual(d["total_usd_per_month"], d["storage_usd_per_month"] + d["idle_usd_per_month"], delta=0.01)
            self.assertGreaterEqual(d["au"], 0.9)
            self.assertGreaterEqual(d["usable_bytes"], 250e12)
            low, high = d["total_usd_per_month_range"]
            self.assertTrue(low <= d["total_usd_per_month"] <= high, d["name"])  # the same where all prices are lists'
        self.assertGreater(len({d["family"] for d in record["designs"]}), 4)
        for r in record["rejected"]:
            self.assertTrue(r["reason"])

    def test_the_best_are_confirmed_in_simulation(self):
        record = self.record("size", "unet3d_h100", "-n", "8", "--capacity", "50TB", "--confirm", "2", "--where", "on-premises")
        simulated = [d for d in record["designs"] if d["method"] == "simulate"]
        self.assertTrue(simulated)
        self.assertEqual(record["designs"][0]["method"], "simulate")
        low, high = record["designs"][0]["au_interval"]
        self.assertTrue(low <= record["designs"][0]["au"] <= high)

    def test_explain_traces_every_line_of_the_bill(self):
        record = self.record("size", *VISION, "--explain")
        bill = record["designs"][0]["bill"]
        self.assertAlmostEqual(sum(line["usd_per_month"] for line in bill), record["designs"][0]["total_usd_per_month"], delta=0.01)
        for line in bill:
            if "price_item" in line:
                for key in ("price", "price_unit", "price_kind", "price_source", "price_date"):
                    self.assertTrue(line[key] or line[key] == 0, line)
        for figure in record["explain"]:
            for key in ("formula", "inputs", "source"):
                self.assertTrue(figure[key], figure)

    def test_explain_traces_the_first_design(self):
        for words, keys in ((("--family", "HDD"), {"storage.drives", "storage.servers", "usable_bytes", "rack_units", "watts"}),
                            (("--where", "cloud"), {"bought_bytes", "usable_bytes", "latency_seconds"})):
            record = self.record("size", *VISION, *words, "--explain")
            figures = {figure["key"]: figure for figure in record["design_explain"]}
            self.assertGreaterEqual(set(figures), keys | {"capacity_to_buy_bytes", "au"})
            for figure in figures.values():
                for key in ("label", "text", "formula", "inputs", "source"):
                    self.assertTrue(figure[key], figure)
        self.assertIn("The first one's figures", self.aforo("size", *VISION, "--explain").out)
        self.assertNotIn("design_explain", self.record("size", *VISION))

    def test_a_row_of_csv_for_each_design(self):
        record = self.record("size", *VISION, "--csv", "designs.csv")
        with open(self.place / "designs.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["name"] for row in rows], [d["name"] for d in record["designs"]])
        self.assertAlmostEqual(float(rows[0]["au"]), record["designs"][0]["au"], places=4)

    def test_places_and_families(self):
        for words, families in ((("--where", "cloud"), {"cloud"}), (("--family", "HDD"), {"HDD"}),
                                (("--provider", "AWS", "--where", "cloud"), {"cloud"})):
            record = self.record("size", *VISION, *words)
            for d in record["designs"] + record["rejected"]:
                self.assertIn(d["family"].split()[0], families)

    def test_what_is_left_out_says_why(self):
        record = self.record("size", *VISION, "--where", "cloud")
        self.assertNotIn("break_points", record)
        self.assertNotIn("horizon", record)
        self.assertEqual(record["horizon_absent"], "only the cloud was asked for")
        self.assertIn("not compared: only the cloud was asked for", self.aforo("size", *VISION, "--where", "cloud", "--full").out)
        record = self.record("size", *VISION, "--where", "on-premises")
        self.assertIn("break_points", record)
        self.assertEqual(record["horizon_absent"], "only designs on premises were asked for")
        self.assertNotIn("horizon_absent", self.record("size", *VISION))

    def test_what_no_design_can_feed_is_exit_code_1(self):
        record = self.record("size", *HOPELESS, code=1)
        self.assertEqual(record["designs"], [])
        said = self.aforo("size", *HOPELESS, "--full", code=1).out
        for word in ("Nothing in the catalogue serves", "nearest miss", "What it lacks is", "Cheapest to cure: "):
            self.assertIn(word, " ".join(said.split()))
        cured = [r for r in record["rejected"] if "cure" in r]
        self.assertEqual([r["cure"] for r in cured], [record["advice"][0]["change"]])

    def test_ctrl_c_ends_it_and_leaves_nothing(self):
        process = subprocess.Popen([AFORO, "size", "mimic_cxr_densenet_h100", "-n", "64", "--capacity", "250TB", "--json", "r.json"],
                                   cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.7)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2, err)
        self.assertIn("interrupted before there was anything to report", err)
        self.assertEqual(list(self.place.iterdir()), [])


class Money(Files):
    def total(self, *words):
        return self.record("size", *VISION, "--family", "all-flash TLC", *words)["designs"][0]

    def test_prices_change_the_total(self):
        now = self.total()
        dearer = self.total("--price-change", "ssd=+50%")
        self.assertGreater(dearer["storage_usd_per_month"], 1.2 * now["storage_usd_per_month"])
        self.assertLess(dearer["storage_usd_per_month"], 1.5 * now["storage_usd_per_month"])
        same = self.total("--price-change", "hdd=+50%")
        self.assertEqual(same["total_usd_per_month"], now["total_usd_per_month"])
        file = self.file("my.csv", "item,value,unit\ntlc,1,USD/TB\n")
        self.assertLess(self.total("--prices", file)["storage_usd_per_month"], now["storage_usd_per_month"])
        self.assertEqual(self.total("--prices", file)["purchase_usd"], self.total("--price", "tlc=1 USD/TB")["purchase_usd"])

    def test_lines_that_are_asked_for_are_priced_and_switchable(self):
        now = self.total("--where", "on-premises")
        twice = self.total("--where", "on-premises", "--copies", "2", "--sites", "2")
        self.assertGreater(twice["purchase_usd"], 1.8 * now["purchase_usd"])
        backup = self.record("size", *VISION, "--backup", "archive", "--explain")
        lines = {line["price_item"]: line for line in backup["designs"][0]["bill"] if "price_item" in line}
        bytes_kept = backup["requirement"]["capacity_to_buy_bytes"]
        self.assertAlmostEqual(lines["backup.archive"]["usd_per_month"], bytes_kept / 2**30 * 0.0036, delta=1)
        self.assertEqual(backup["kept"]["backup"], "archive")
        self.assertAlmostEqual(backup["kept"]["restore_usd"], bytes_kept / 2**30 * 0.01, delta=1)
        self.assertIn("backup.archive.restore", backup["prices"]["used"])
        free = self.record("size", *VISION, "--backup", "archive", "--price", "backup.archive=0 USD/GB-month")
        self.assertEqual(free["designs"][0]["total_usd_per_month"], self.record("size", *VISION)["designs"][0]["total_usd_per_month"])
        words = ("--family", "cloud file service", "--provider", "aws")
        apart = self.record("size", *VISION, *words, "--cross-zone", "50%")["designs"][0]
        self.assertGreater(apart["storage_usd_per_month"], self.record("size", *VISION, *words)["designs"][0]["storage_usd_per_month"])

    def test_growing_in_steps(self):
        wide = ("mimic_cxr_densenet_h100", "-n", "64", "--capacity", "250TB", "--confirm", "0")  # one more server a year
        record = self.record("size", *wide, "--growth", "100%", "--years", "3", "--growth-steps")
        grown = record["growth_steps"]
        self.assertEqual([step["until_year"] for step in grown["steps"]], [1, 2, 3])
        self.assertLess(grown["in_steps_usd"], grown["at_once_usd"])
        self.assertIn("Grown in yearly steps", self.aforo("size", *wide, "--growth", "100%", "--years", "3", "--growth-steps").out)

    def test_an_hour_of_accelerators_prices_the_idle_time(self):
        now, twice = self.total("--accelerator-price", "5/h"), self.total("--accelerator-price", "10/h")
        self.assertAlmostEqual(twice["idle_usd_per_month"], 2 * now["idle_usd_per_month"], delta=0.01)

    def test_a_horizon_adds_up(self):
        record = self.record("size", *VISION, "--horizon", "24")
        horizon = record["horizon"]
        owned, rented, _ = horizon["accounts"]

        def worth(months):  # of 1 USD a month, at 6 % a year
            return (1 - 1.005 ** -months) / 0.005

        self.assertAlmostEqual(owned["total_usd"], owned["upfront_usd"] + worth(24) * owned["usd_per_month"]
                               - owned["residual_usd"], delta=1)
        saved = rented["usd_per_month"] - owned["usd_per_month"]
        self.assertAlmostEqual(worth(horizon["break_even_month"]) * saved, owned["upfront_usd"], delta=1)
        self.assertTrue(horizon["assumptions"])
        for item in ("host", "h100.purchase"):
            self.assertIn(item, record["prices"]["used"])

    def test_bad_prices(self):
        for text, words in (("item,value,unit\ntlc,356,EUR/TB\n", "bad.csv:2: expected the unit to be one of USD/TB"),
                            ("item,value,unit\ntlc,356,USD/GB\n", "bad.csv:2: expected"),
                            ("item,value,unit\ntlcc,356,USD/TB\n", "did you mean 'tlc'?"),
                            ("item,value\ntlc,356\n", "expected the column 'unit'"),
                            ("item,value,unit\ntlc,-3,USD/TB\n", "expected value from 0"),
                            ("", "found an empty file")):
            self.assertIn(words, self.refused(*VISION, "--prices", self.file("bad.csv", text)))
        self.assertIn("none.csv: expected a price file, found none", self.refused(*VISION, "--prices", "none.csv"))
        self.assertIn("found no unit", self.refused(*VISION, "--price", "tlc=120"))
        self.assertIn("expected a change such as", self.refused(*VISION, "--price-change", "ssd=50"))
        self.assertIn("did you mean 'ssd'?", self.refused(*VISION, "--price-change", "sdd=+50%"))


class Asked(Files):
    def test_several_jobs_share_one_storage(self):
        record = self.record("size", "--jobs", self.file("jobs.yaml", JOBS), "--confirm", "0")
        self.assertEqual([job["duty"] for job in record["jobs"]], [0.5, 1])
        parts = sum(job["requirement"]["read_bytes_per_second"] for job in record["jobs"])
        self.assertAlmostEqual(record["requirement"]["read_bytes_per_second"] / parts, 1, places=6)
        self.assertEqual(len(record["designs"][0]["jobs"]), 2)

    def test_formats_beside_each_other(self):
        record = self.record("size", *XRAY, "--compare-formats")
        rows = {row["format"]: row for row in record["formats"]}
        self.assertEqual(len(rows), 9)
        self.assertAlmostEqual(rows["one file per sample"]["opens_per_second"] / rows["as it is"]["opens_per_second"], 1, places=3)
        for name in ("TFRecord, 1 GiB shards", "WebDataset, 1 GiB shards"):
            self.assertLess(rows[name]["opens_per_second"], rows["as it is"]["opens_per_second"] / 100, name)

    def test_sweeps(self):
        record = self.record("size", *VISION, "--sweep", "accelerator_type=h100,b200")
        h100, b200 = record["sweep"]
        self.assertGreater(b200["read_bytes_per_second"], 1.5 * h100["read_bytes_per_second"])
        self.assertTrue(any("on b200 is known" in warning for warning in record["warnings"]))
        record = self.record("size", *VISION, "--sweep", "capacity=250TB,1PB")
        self.assertLess(record["sweep"][0]["storage_usd_per_month"], record["sweep"][1]["storage_usd_per_month"])

    def test_the_curve_over_targets(self):
        record = self.record("size", *VISION, "--target", "85%", "--sweep", "target=80%,95%", "--family", "all-flash TLC")
        curve = {point["target"]: point for point in record["requirement_curve"]}
        self.assertEqual(sorted(curve), [0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99])
        needs = record["requirement"]
        for key in ("read_bytes_per_second", "iops", "opens_per_second"):
            self.assertAlmostEqual(curve[0.85][key] / needs[key], 1, places=9)
            self.assertAlmostEqual(curve[0.5][key] * 1.7 / needs[key], 1, places=9)
        self.assertAlmostEqual(curve[0.85]["sample_latency_seconds"], needs["sample_latency_seconds"], places=12)
        for point, target in zip(record["sweep"], (0.8, 0.95)):
            self.assertAlmostEqual(point["read_bytes_per_second"] / curve[target]["read_bytes_per_second"], 1, places=9)
        self.assertIn("Requirement over targets", self.aforo("size", *VISION, "--family", "all-flash TLC", "--full").out)
        self.assertIn("a utilisation above 0 and at most 100 % such as 90%", self.refused(*VISION, "--sweep", "target=0"))

    def test_growth_is_bought(self):
        now = self.record("size", *VISION)["requirement"]["capacity_to_buy_bytes"]
        then = self.record("size", *VISION, "--growth", "150%", "--years", "1")["requirement"]["capacity_to_buy_bytes"]
        self.assertAlmostEqual(then / now, 2.5, places=3)

    def test_a_preset_of_too_short_an_epoch_is_enlarged(self):
        record = self.record("size", "unet3d_h100", "-n", "64", "--confirm", "0", "--where", "on-premises")
        self.assertTrue(any("make 0 steps of 448 an epoch" in w for w in record["warnings"]), record["warnings"])
        self.assertAlmostEqual(record["requirement"]["dataset_bytes"] / (500 * 448 * 146.6e6), 1, places=2)
        words = ("--family", "all-flash TLC", "--confirm", "0")
        record = self.record("size", "unet3d_h100", "-n", "8", *words)
        self.assertEqual(record["requirement"]["steps_per_epoch"], 500)
        self.assertTrue(record["designs"])
        file = self.file("short.yaml", "jobs:\n  - {workload: unet3d_h100, accelerators: 8}\n")
        record = self.record("size", "--jobs", file, *words)
        self.assertTrue(any("make 3 steps of 56 an epoch" in w for w in record["warnings"]), record["warnings"])
        self.assertEqual(record["requirement"]["steps_per_epoch"], 500)
        job = self.job()
        self.assertIn("at least one step of 'small'", self.refused(job, "-n", "100"))

    def test_bad_input(self):
        for words, sentence in (
                (("resnet50_h100", "-n", "0"), "expected a whole number above 0, found 0"),
                (("resnet50_h100", "--capacity", "1GB"), "raise --capacity or lower --dataset-size"),
                (("resnet50_h100", "--where", "on-premises", "--provider", "aws"), "--provider with designs in the cloud"),
                (("resnet50_h100", "--where", "on-premises", "--family", "cloud object store"), "a family on premises"),
                (("resnet50_h100", "--family", "tape"), "--family: expected one of all-flash TLC, all-flash QLC, hybrid flash + HDD, HDD, "),
                (("resnet50_h100", "--family", "all flash TLC"), "found 'all flash TLC'; did you mean 'all-flash TLC'?"),
                (("resnet50_h100", "--provider", "gpc"), "--provider: expected aws or gcp or azure or other, found 'gpc'; did you mean 'gcp'?"),
                (("resnet50_h100", "--accelerator-type", "b200", "--provider", "azure"),
                 "expected a provider that rents out hosts with b200 (aws, gcp), found 'azure'"),
                (("resnet50_h100", "--accelerator-type", "mi300x", "--step-time", "56ms", "--provider", "aws"), "(azure), found 'aws'"),
                (("resnet50_h100", "--copies", "2"), "expected a site for each of 2 copies, found 1"),
                (("resnet50_h100", "--copies", "3", "--sites", "2", "--where", "on-premises"), "give --sites 3"),
                (("resnet50_h100", "--sites", "2"), "expected --copies beside --sites"),
                (("resnet50_h100", "--growth-steps"), "found nothing that grows"),
                (("resnet50_h100", "--discount", "120%"), "expected a fraction from 0 to 1 such as 0.9 or 90%, found '120%'"),
                (("resnet50_h100", "--discount", "20"), "did you mean '20%'?"),
                (("resnet50_h100", "--accelerator-terms", "owned", "--where", "cloud"),
                 "where accelerators are rented"),
                (("resnet50_h100", "--discount", "100%"), "expected less than 100%, found 100%"),
                (("resnet50_h100", "--accelerator-type", "h10"), "did you mean 'h100'?"),
                (("resnet50_h100", "--duty", "0"), "a duty above 0"),
                (("resnet50_h100", "--growth", "10", "--years", "30"), "lower --growth or --years"),
                (("resnet50_h100", "--sweep", "foo=1"), "expected one of accelerators"),
                (("--jobs", "none.yaml"), "none.yaml: expected a file of jobs, found none"),
                (("resnet50_h100", "--jobs", "none.yaml"), "found both"),
                (("--jobs", self.file("a.yaml", "jobs:\n  - {workload: resnet50_h100, accelerators: 0}\n")),
                 "a.yaml:2: expected at least one accelerator, found 0"),
                (("--jobs", self.file("b.yaml", "jobs:\n  - {workload: resnet50_h10}\n")), "did you mean 'resnet50_h100'"),
                (("--jobs", self.file("c.yaml", "jobs:\n  - {workload: resnet50_h100, acelerators: 3}\n")), "c.yaml:2:"),
                (("--jobs", self.file("d.yaml", "jobs: []\n")), "d.yaml"),
                (("--portfolio", "visio"), "did you mean 'vision'?"),
                (("--portfolio", self.file("e.yaml", PORTFOLIO % "20 %")), "expected weights that add up to 100 %, found 90.0 %"),
                (("--portfolio", "vision", "-n", "3"), "found both")):
            self.assertIn(sentence, self.refused(*words))


class Portfolio(Files):
    def test_regret_satisfaction_and_all_flash(self):
        file = self.file("mine.yaml", PORTFOLIO % "30 %")
        record = self.record("size", "--portfolio", file, "--csv", "mine.csv")["portfolio"]
        self.assertEqual([s["weight"] for s in record["scenarios"]], [0.7, 0.3])
        names = [d["name"] for d in record["designs"]]
        self.assertIn(record["safest"], names)
        self.assertIn(record["all_flash"], names)
        regrets = [d["expected_regret_usd_per_month"] for d in record["designs"]]
        self.assertEqual(regrets, sorted(regrets))
        best = [s["best_usd_per_month"] for s in record["scenarios"]]
        for d in record["designs"][:5]:
            low, high = d["expected_usd_per_month_range"]
            self.assertTrue(low <= d["expected_usd_per_month"] <= high)
            expected = sum(w * max(0, t - b) for w, t, b in zip((0.7, 0.3), d["totals_usd_per_month"], best))
            self.assertAlmostEqual(d["expected_regret_usd_per_month"], expected, delta=0.01)
        with open(self.place / "mine.csv", newline="") as rows:
            self.assertEqual([row["name"] for row in csv.DictReader(rows)], names)
        page = " ".join(self.aforo("size", "--portfolio", file, "--full").out.split())
        for word in ("Just buy all-flash", "estimates:", "over the ranges of its prices"):
            self.assertIn(word, page)

    def test_the_shipped_ones_are_offered(self):
        said = self.refused("--portfolio", "none")
        for path in PORTFOLIOS.glob("*.yaml"):
            self.assertIn(path.stem, said)


if __name__ == "__main__":
    unittest.main()
