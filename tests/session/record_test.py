"""Every key that aforo writes into a Record is explained in docs/record.md."""

import os
import pathlib
import re
import unittest

from session import Session

DOC = pathlib.Path(os.environ["AFORO_SOURCE_DIR"], "docs", "record.md").read_text()
EXPLAINED = {word for quoted in re.findall(r"`([^`]+)`", DOC) for word in re.findall(r"[A-Za-z0-9_.-]+", quoted)}
# Names that are data, not keys: options as given, kinds of faults, sizes of quantiles.
DATA = {"command_line", "by_kind"}


def keys_of(value, where=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, where
            if key not in DATA:
                yield from keys_of(inner, f"{where}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, where)


class Keys(Session):
    def explained(self, record):
        missing = sorted({where + key for key, where in keys_of(record) if key not in EXPLAINED})
        self.assertEqual(missing, [], "not in docs/record.md")

    def test_of_run_and_its_relatives(self):
        job, data = self.dataset()
        self.explained(self.record("run", job, data, "--dry-run"))
        self.explained(self.record("run", job, data, "--verify", "--accelerator-price", "6.88/h"))
        self.explained(self.record("run", job, data, "--find-max", "--max-accelerators", "1"))
        slow = self.job(step_time="1 us", name="slow.yaml")
        self.explained(self.record("run", slow, data, "--au-target", "1", code=1))

    def test_of_checkpoints(self):
        workload = self.place / "checkpoints.yaml"
        workload.write_text("checkpoint: {parameters: 1e5, ranks: 2, chunk: 64 KiB, every: 10 min}\n")
        self.explained(self.record("checkpoint", workload, "ck", "--dry-run"))
        self.explained(self.record("checkpoint", workload, "ck", "--write", 2, "--read", 1, "--verify", "--failure-every", "6h",
                                   "--accelerator-price", "6/h"))
        job, data = self.dataset()
        block = ["checkpoint.parameters=1e5", "checkpoint.every_steps=10"]
        self.explained(self.record("run", job, data, "--checkpoint-dir", "other", *block, "checkpoint.mode=async",
                                   "--accelerator-price", "6/h", "--no-diagnose"))

    def test_of_the_other_commands(self):
        job = self.job()
        self.explained(self.record("generate", job, "data", "--dry-run"))
        self.explained(self.record("generate", job, "data"))
        self.explained(self.record("inspect", "data"))
        self.explained(self.record("catalogue", "workloads"))
        self.explained(self.record("generate", "--delete", "data"))

    def test_of_size(self):
        asked = ("mimic_cxr_densenet_h100", "-n", "8", "--capacity", "50TB", "--family", "all-flash TLC")
        self.explained(self.record("size", *asked, "--explain", "--confirm", "1", "--compare-formats"))
        self.explained(self.record("size", "resnet50_h100", "-n", "8", "--confirm", "0", "--explain"))
        self.explained(self.record("size", *asked, "--confirm", "0", "--sweep", "duty=0.5,1"))
        self.explained(self.record("size", "--portfolio", "llm"))
        jobs = self.place / "jobs.yaml"
        jobs.write_text("jobs:\n  - {workload: resnet50_h100, accelerators: 16}\n"
                        "  - {workload: llama31_8b_tokens_h100, accelerators: 16}\n")
        self.explained(self.record("size", "--jobs", jobs, "--confirm", "0", "--explain", "--family", "HDD"))

    def test_of_predict(self):
        job, storage = self.job(), self.place / "storage.yaml"
        storage.write_text("storage: 1\nname: s\nstations: [{station: bandwidth, bandwidth: 40 MB/s}]\n"
                           "caches: [{name: c, size: 1 MB}]\n")
        self.explained(self.record("predict", job, storage, "--method", "simulate", "--beside", job))
        self.explained(self.record("predict", job, storage, "--method", "closed"))
        self.explained(self.record("predict", job, storage, "--find-max"))
        self.explained(self.record("predict", job, storage, "--sweep", "workers=1..2"))
        job, data = self.dataset()
        self.explained(self.record("run", job, data, "--no-diagnose", "--storage", storage))


if __name__ == "__main__":
    unittest.main()
