"""How long ``valuemap --help`` takes, beside an interpreter that does nothing.

Each is started 15 times as a fresh process, in turn; the medians are printed. Target: at most 0.3 s. Run
``python -m tests.benchmarks.help_time`` from the checkout, on a quiet machine.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

TIMES = 15
TARGET = 0.3
WAYS = {
    "python -c pass": ["-c", "pass"],
    "valuemap --help": ["-m", "valuemap", "--help"],
    "valuemap survey --help": ["-m", "valuemap", "survey", "--help"],
}


def seconds(arguments: list[str]) -> float:
    begun = time.perf_counter()
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=root)
    return time.perf_counter() - begun


if __name__ == "__main__":
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(TIMES):
        for way, arguments in WAYS.items():
            taken[way].append(seconds(arguments))
    nothing = statistics.median(taken["python -c pass"])
    for way, times in taken.items():
        median = statistics.median(times)
        print(f"{way:24} {median:6.3f} s  ({median / nothing:4.1f} x an empty interpreter)")
    print(f"target: at most {TARGET} s")
