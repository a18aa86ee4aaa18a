"""What file systems do of their own accord is seen: how far they read ahead, and the CPU that it takes."""

import unittest

from images import ImageSession, call

JOB = """\
name: shards
dataset: {layout: webdataset, samples: 6000, sample_size: 50 kB, samples_per_file: 600}
loader: {framework: pytorch, batch_size: 16, workers: 2, prefetch: 2, read: {mode: buffered}}
accelerator: {type: tiny, count: 1, step_time: 1 ms}
training: {au_target: 0.05}
"""


class FileSystemsTest(ImageSession):
    def probed(self, data):
        """The storage file of a probe that nobody disturbed, as far as one of ten comes to that: who waits for a core tells
        little of what storage had ready."""
        for _ in range(10):
            self.aforo("probe", data, "--workload", "job.yaml", "--budget", "2s", "-o", "storage.yaml")
            text = (self.place / "storage.yaml").read_text()
            if "ahead:" in text or "other processes used" not in text:
                break
        return text

    def test_btrfs_reads_ahead_by_its_own_setting_and_checks_in_threads_of_the_kernel(self):
        """4 MiB at least, whatever the disk below says: a request in sixteen waits for all of them."""
        image = self.made("btrfs", self.place / "image", 1 << 30)
        (self.place / "job.yaml").write_text(JOB)
        with self.mounted(image, "mounted") as place:
            self.aforo("generate", "job.yaml", place / "data", "--quiet")
            call("sync")
            self.assertIn("ahead: 4 MiB", self.probed(place / "data"))
            record = self.record("run", "job.yaml", place / "data", "--drop-caches", "--no-diagnose")
        self.assertGreater(record["cpu_seconds_kernel"], 0)


if __name__ == "__main__":
    unittest.main()
