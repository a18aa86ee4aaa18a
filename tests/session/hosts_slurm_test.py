"""One job as several tasks of a Slurm step: srun joins them by PMIx; without it, one sentence."""

import json
import shutil
import subprocess
import tempfile
import unittest

from launching import require_mpi
from session import AFORO, Said, Session
from slurm import Slurm


class UnderSlurm(Session):
    @classmethod
    def setUpClass(cls):
        require_mpi()
        cls.folder = tempfile.mkdtemp(prefix="aforo-slurm-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.slurm = cls.enterClassContext(Slurm(cls.folder))

    def setUp(self):
        super().setUp()
        self.small, self.data = self.dataset()

    def step(self, tasks, *words, mpi="pmix"):
        words = ["srun", "--quiet", f"--mpi={mpi}", "-n", str(tasks), AFORO, *(str(word) for word in words)]
        return Said(words, subprocess.run(words, capture_output=True, text=True, cwd=self.place, timeout=60,
                                          env=self.slurm.environment))

    def test_one_job_over_four_tasks(self):
        said = self.step(4, "run", self.small, "data", "--accelerators", "8", "--epochs", "1", "--no-diagnose", "--json",
                         "joint.json")
        self.assertIn(said.code, (0, 1), said)
        record = json.loads((self.place / "joint.json").read_text())
        self.assertEqual([host["ranks"] for host in record["hosts"]], [2, 2, 2, 2])
        self.assertEqual(said.out.count("throughput"), 1, said)

    def test_a_wrong_word_is_said_once(self):
        said = self.step(2, "run", self.small, "nowhere")
        self.assertEqual(said.code, 2, said)
        sentences = [line for line in said.err.splitlines() if line.startswith("aforo: ")]
        self.assertEqual(len(sentences), 1, said)

    def test_without_pmix_it_says_what_to_say(self):
        for mpi in ("none", "pmi2"):
            said = self.step(2, "run", self.small, "data", mpi=mpi)
            self.assertEqual(said.code, 2, said)
            sentences = [line for line in said.err.splitlines() if line.startswith("aforo: ")]
            self.assertEqual(len(sentences), 1, said)
            self.assertIn("--mpi=pmix", sentences[0])

    def test_one_task_is_one_process(self):
        said = self.step(1, "inspect", "data", mpi="none")
        self.assertEqual(said.code, 0, said)


if __name__ == "__main__":
    unittest.main()
