"""What ``valuemap survey`` costs from the first import to the printed profile, beside a bare loop.

Both ask 1,710 questions (57 items, 30 repeats) at concurrency 64 of the same 50 ms loopback server and run as fresh
processes, one after the other: ``bare`` is the aiohttp loop of `tests.benchmarks.client_loop` that puts each answer
into SQLite, ``survey`` is the command with everything it does (reading definitions, storing with full synchronisation,
scoring, judging, printing). Printed: wall seconds, their ratio to bare (target: at most 2.5) and milliseconds of
processor time a call, the whole process included (target: at most 2). ``--profile FILE`` writes a cProfile of one
survey instead. Run ``python -m tests.benchmarks.whole_survey [--rounds N]`` from the checkout, on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.client_loop import CALLS, CONCURRENCY, DELAY

ROOT = Path(__file__).parents[2]
WALL_TARGET, CPU_TARGET = 2.5, 2.0


def survey(base_url: str, *before: str) -> list[str]:
    """Give the command, with options of the interpreter before it."""
    command = [sys.executable, *before, "-m", "valuemap", "survey", "pvq-rr", "--model", f"m@{base_url}"]
    command += ["--wording", "en-a", "--option-order", "ascending", "--repeats", str(CALLS // 57)]
    return [*command, "--concurrency", str(CONCURRENCY), "--out", "study.vmap"]


def bare(base_url: str) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.client_loop", "--way", "bare", "--base-url", base_url]


def measure(command: list[str]) -> tuple[float, float]:
    """Run a command in an empty folder; give wall seconds and seconds of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - begun
    if done.returncode not in (0, 4):
        sys.exit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(base_url: str, rounds: int) -> None:
    print(f"{'way':8} {'wall s':>7} {'x bare':>7} {'CPU ms/call':>12}")
    for _ in range(rounds):
        bare_wall, bare_cpu = measure(bare(base_url))
        wall, cpu = measure(survey(base_url))
        print(f"{'bare':8} {bare_wall:7.2f} {1:7.2f} {1000 * bare_cpu / CALLS:12.2f}")
        print(f"{'survey':8} {wall:7.2f} {wall / bare_wall:7.2f} {1000 * cpu / CALLS:12.2f}", flush=True)
    print(f"targets: at most {WALL_TARGET} x bare and {CPU_TARGET} ms a call")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", type=Path)
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "tests.fake_server", "--port", "0", "--delay", str(DELAY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            if arguments.profile:
                measure(survey(url, "-m", "cProfile", "-o", str(arguments.profile.absolute())))
            else:
                compare(url, arguments.rounds)
        finally:
            server.terminate()
