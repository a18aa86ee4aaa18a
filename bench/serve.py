#!/usr/bin/env python3
"""How fast does `aforo serve` answer those who move a slider?

    bench/serve.py [--aforo build/release/aforo] [--browsers 10] [--moves 20] [--pause 0.5] [--seed 1] [--settle N]

So many browsers each move a slider so many times: a random number of accelerators, capacity, target or place, of presets
chosen at random. Between two moves a person needs a moment (--pause, on average); a move leaves what the one before
asked for, as the page does. Prints the time from a move to its first answer (`early`, by closed forms) and, of moves that
were let settle (each --settle-th), to the whole one (`answer`); then the server's memory and processor time when all
have gone quiet. Nothing is written but below a temporary directory.
"""

import argparse
import os
import pathlib
import random
import statistics
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PRESETS = ["unet3d_h100", "resnet50_h100", "resnet50_files_h100", "mimic_cxr_densenet_h100", "llama31_8b_tokens_h100",
           "imagenet_resnet50_h100", "stable_diffusion_h100", "cosmoflow_h100"]


def request_of(chance, page):
    options = {"accelerators": chance.choice([1, 2, 4, 8, 16, 32, 64, 96, 128, 256, 512, 1024]),
               "where": chance.choice(["any", "any", "cloud", "on-premises"])}
    if chance.random() < 0.7:
        options["capacity"] = f"{chance.choice([10, 50, 100, 220, 500, 1000, 2500])}TB"
    if chance.random() < 0.5:
        options["target"] = chance.choice(["0.8", "0.9", "0.95"])
    return {"workload": chance.choice(PRESETS), "options": options, "page": page}


class Browser(threading.Thread):
    def __init__(self, server, number, arguments):
        super().__init__()
        self.server, self.number, self.arguments = server, number, arguments
        self.chance = random.Random(f"{arguments.seed}/{number}")
        self.early, self.answer, self.failed = [], [], []

    def run(self):
        for move in range(1, self.arguments.moves + 1):
            settles = move % self.arguments.settle == 0
            self.move(settles)
            time.sleep(self.chance.expovariate(1 / self.arguments.pause))

    def move(self, settles):
        body = request_of(self.chance, f"page {self.number}")
        begin = time.monotonic()
        stream = self.server.stream("/api/size", body)
        try:
            for name, data in stream:
                if name == "early":
                    self.early.append(time.monotonic() - begin)
                    if not settles:
                        return
                elif name == "answer":
                    self.answer.append(time.monotonic() - begin)
                elif name == "failed":
                    self.failed.append((body, data["message"]))
        finally:
            stream.close()


def said(times, what):
    if not times:
        return print(f"{what:8} none")
    ordered = sorted(times)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))]
    print(f"{what:8} {len(ordered):5} x, median {1e3 * statistics.median(ordered):7.0f} ms, 95 % within {1e3 * at(0.95):7.0f} ms, "
          f"longest {1e3 * ordered[-1]:7.0f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--aforo", default=str(ROOT / "build/release/aforo"))
    parser.add_argument("--browsers", type=int, default=10)
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--pause", type=float, default=0.5)
    parser.add_argument("--settle", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    os.environ["AFORO"] = arguments.aforo
    sys.path.insert(0, str(ROOT / "tests/session"))
    from serving import Server
    with tempfile.TemporaryDirectory(prefix="aforo-bench-") as directory, Server(directory) as server:
        time.sleep(1)
        print(f"at rest  {server.resident() / 2**20:.1f} MiB before anything was asked")
        browsers = [Browser(server, number, arguments) for number in range(arguments.browsers)]
        begin = time.monotonic()
        for browser in browsers:
            browser.start()
        for browser in browsers:
            browser.join()
        print(f"{arguments.browsers} browsers, {arguments.moves} moves each, on {os.cpu_count()} cores, in {time.monotonic() - begin:.0f} s")
        said([t for browser in browsers for t in browser.early], "early")
        said([t for browser in browsers for t in browser.answer], "answer")
        for body, message in [one for browser in browsers for one in browser.failed]:
            print(f"failed   {message}: {body}")
        server.wait_until_idle(within=30)
        time.sleep(1)
        ticks = server.cpu_ticks()
        time.sleep(10)
        used = (server.cpu_ticks() - ticks) / os.sysconf("SC_CLK_TCK") / 10
        print(f"at rest  {server.resident() / 2**20:.1f} MiB and {100 * used:.1f} % of a core, when all had gone quiet")


if __name__ == "__main__":
    main()
