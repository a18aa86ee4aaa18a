"""The worked examples of docs/sizing.md: aforo's answers by closed forms against tests/sizing/*.json, and the document
against those. After a wanted change run with AFORO_UPDATE_SNAPSHOTS=1 and read the difference before committing it."""

import json
import os
import pathlib
import re
import shlex
import unittest

from session import Session

ROOT = pathlib.Path(os.environ["AFORO_SOURCE_DIR"])
GOLDEN = ROOT / "tests" / "sizing"
DOC = ROOT / "docs" / "sizing.md"
UPDATE = os.environ.get("AFORO_UPDATE_SNAPSHOTS") == "1"

LLM = ("llama31_8b_tokens_h100 --accelerators 512 --accelerator-type b200 --step-time 4s "
       "--set checkpoint.parameters=70e9 --dataset-size 60TB --capacity 500TB")
# The hand checks price idle time so; in the cloud it is the default.
RENTED = " --accelerator-terms on-demand"
EXAMPLES = {
    "xray": "mimic_cxr_densenet_h100 --accelerators 64 --set loader.preprocess=0 --capacity 250TB" + RENTED,
    "recommender": "criteo_dlrm_dcnv2_h100 --accelerators 128 --capacity 2.5PB" + RENTED,
    "llm": LLM + " --where on-premises" + RENTED,
    "vision": "resnet50_h100 --accelerators 64 --capacity 2.5PB" + RENTED,
    "xray-cloud": "mimic_cxr_densenet_h100 --accelerators 64 --set loader.preprocess=0 --capacity 250TB --where cloud",
    "recommender-cloud": "criteo_dlrm_dcnv2_h100 --accelerators 128 --per-host 4 --capacity 2.5PB --where cloud",
    "llm-cloud": LLM + " --where cloud",
}
UNSERVED = ()  # by anything in the catalogue
REQUIREMENT = ("samples_per_second", "read_bytes_per_second", "read_bytes_per_second_with_headroom", "iops",
               "opens_per_second", "sample_latency_seconds", "dataset_bytes", "capacity_to_buy_bytes", "hosts",
               "checkpoint_bytes", "checkpoint_write_bytes_per_second")


def rounded(value):
    """Six digits: what differs beyond is arithmetic, not an answer."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def design(d):
    out = {key: d[key] for key in ("name", "family", "limit")}
    out["au"] = round(d["au"], 3)
    for key in ("storage_usd_per_month", "idle_usd_per_month", "total_usd_per_month", "purchase_usd", "watts"):
        if key in d:
            out[key] = round(d[key])
    for key in ("usable_bytes", "read_bytes_per_second", "write_bytes_per_second", "bought_bytes"):
        if key in d:
            out[key] = rounded(float(d[key]))
    for key in ("drives", "servers", "raw_bytes"):
        if key in d.get("storage", {}):
            out[key] = d["storage"][key]
    return out


def best_of_each(rows, but=()):
    seen, out = set(but), []
    for row in rows:
        if row["family"] not in seen:
            seen.add(row["family"])
            out.append(row)
    return out


def reduced(record, command):
    """What must not change unseen."""
    designs = [design(d) for d in best_of_each(record["designs"])]
    missed = best_of_each(record["rejected"], {d["family"] for d in designs})
    out = {
        "command": f"aforo size {command}",
        "recommendation": record["recommendation"],
        "requirement": {k: rounded(record["requirement"][k]) for k in REQUIREMENT if k in record["requirement"]},
        "designs": designs,
        "rejected": [{k: r[k] for k in ("name", "family", "reason")} for r in missed],
        "break_points": {key: [{k: rounded(v) for k, v in turn.items()} for turn in turns]
                         for key, turns in record.get("break_points", {}).items() if key.startswith("by_")},
        "advice": [a["text"] for a in record["advice"]],
        "idle_point_usd_per_month": round(record["idle_point_usd_per_month"]),
    }
    for key in ("break_even_month", "break_even_duty"):
        if key in record.get("horizon", {}):
            out[key] = round(record["horizon"][key], 3)
    if "horizon" in record:
        out["accounts"] = [{k: round(a[k]) for k in ("upfront_usd", "usd_per_month")}
                           for a in record["horizon"]["accounts"]]
    return out


def golden(name):
    return json.loads((GOLDEN / f"{name}.json").read_text())


class Answers(Session):
    maxDiff = None

    def same(self, name):
        command = EXAMPLES[name]
        serves = name not in UNSERVED
        found = reduced(self.record("size", *shlex.split(command), "--confirm", "0", code=0 if serves else 1), command)
        path = GOLDEN / f"{name}.json"
        if UPDATE:
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(found, indent=1) + "\n")
        self.assertEqual(found, golden(name), f"{path.name}: see the top of {pathlib.Path(__file__).name}")


def add_test(name):
    setattr(Answers, f"test_{name.replace('-', '_')}", lambda self: self.same(name))


for example in EXAMPLES:
    add_test(example)


def terabytes(value):
    return f"{value / 1e15:.3g} PB" if value >= 1e15 else f"{value / 1e12:.3g} TB"


def table(record):
    """The answer as the document shows it."""
    lines = [f"> {sentence}" for sentence in record["recommendation"]]
    if record["designs"]:
        lines += ["", "| family | best of it | AU | usable | storage | idle | total a month |", "|---|---|---|---|---|---|---|"]
    lines += ["| {family} | {name} | {au:.1%} | {size} | ${storage_usd_per_month:,} | ${idle_usd_per_month:,} | "
              "${total_usd_per_month:,} |".format(size=terabytes(d["usable_bytes"]), **d) for d in record["designs"]]
    if record["rejected"]:
        lines += ["", "| does not serve | nearest miss | why |", "|---|---|---|"]
        lines += ["| {family} | {name} | {reason} |".format(**r) for r in record["rejected"]]
    return "\n".join(lines)


BLOCK = re.compile(r"(<!-- answer of ([\w-]+) -->\n)(.*?)(\n<!-- end -->)", re.DOTALL)
# | what | expression | result | `example: path` |
HAND = re.compile(r"^\| [^|]+ \| ([-+*/()x^ .,\de]+) \| \$?([\d,.]+(?:e\d+)?) \| `([\w-]+): ([\w.]+)` \|$", re.MULTILINE)


def value_at(record, path):
    for part in path.split("."):
        record = record[int(part)] if part.isdigit() else record[part]
    return record


class Document(unittest.TestCase):
    maxDiff = None

    def test_it_shows_the_answers(self):
        text = DOC.read_text()
        shown = {name for _, name, _, _ in BLOCK.findall(text)}
        self.assertEqual(shown, set(EXAMPLES))
        wanted = BLOCK.sub(lambda m: m[1] + table(golden(m[2])) + m[4], text)
        if UPDATE:
            DOC.write_text(wanted)
        self.assertEqual(DOC.read_text(), wanted)

    def test_it_shows_the_commands(self):
        text = DOC.read_text()
        for name in EXAMPLES:
            self.assertIn(f"    {golden(name)['command']}\n", text)

    def test_every_hand_check_adds_up_and_agrees(self):
        rows = HAND.findall(DOC.read_text())
        self.assertGreater(len(rows), 25)
        for expression, result, name, path in rows:
            by_hand = eval(expression.replace(",", "").replace("^", "**").replace(" x ", " * "), {"__builtins__": {}})
            said = float(result.replace(",", ""))
            program = value_at(golden(name), path)
            self.assertLess(abs(by_hand - said), max(0.002 * said, 0.6), f"{expression} = {by_hand}, not {result}")
            self.assertLess(abs(program - said), max(0.002 * said, 1.1), f"{name}: {path} is {program}, not {result}")

    def test_no_hand_check_is_missed_by_its_pattern(self):
        text = DOC.read_text()
        rows = re.findall(r"^\|.*\| `[\w-]+: [\w.]+` \|$", text, re.MULTILINE)
        self.assertEqual(len(rows), len(HAND.findall(text)), [r for r in rows if not HAND.match(r)])


if __name__ == "__main__":
    unittest.main()
