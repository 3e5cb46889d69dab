"""Bootstrap of 19 alphas over 50,000 × 57 answers, 2,000 resamples, against a loop over pingouin.

Run: ``python tests/benchmarks/bootstrap_alphas.py``. Prints both times, their ratio and the extra peak
memory, all of one run. The two take turns, so that a busy machine slows both; the pingouin loop is
extrapolated from a few dozen resamples, as the output says.
"""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from valuemap.statistics.estimate import Estimate
from valuemap.statistics.resample import bootstrap_alphas

ROWS, SCALES, ITEMS_A_SCALE = 50_000, 19, 3
RESAMPLES = 2_000
TURNS, LOOP_RESAMPLES_A_TURN = 5, 8
MEBIBYTE = 2**20


def main() -> None:
    """Time both in one run and print the figures."""
    items = likert_answers()
    scales = [range(start, start + ITEMS_A_SCALE) for start in range(0, items.shape[1], ITEMS_A_SCALE)]
    resident = resident_bytes()
    first, estimates = time_valuemap(items, scales)
    extra = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - resident
    turns = [(time_valuemap(items, scales)[0], time_pingouin(items, scales, seed=turn)) for turn in range(TURNS)]
    ours = statistics.median(turn[0] for turn in turns)
    loop = statistics.median(turn[1] for turn in turns)
    report(items, scales, estimates, first, ours, loop, extra)


def likert_answers() -> NDArray[np.float64]:
    """Answers 1 to 6 that share a trait within a scale."""
    generator = np.random.default_rng(20)
    items = np.empty((ROWS, SCALES * ITEMS_A_SCALE))
    for start in range(0, items.shape[1], ITEMS_A_SCALE):
        trait = generator.normal(size=(ROWS, 1))
        answers = 4 + trait + generator.normal(size=(ROWS, ITEMS_A_SCALE))
        items[:, start : start + ITEMS_A_SCALE] = np.clip(np.rint(answers), 1, 6)
    return items


def time_valuemap(items: NDArray[np.float64], scales: Sequence[range]) -> tuple[float, list[Estimate]]:
    """Seconds for all resamples and BCa intervals, and the estimates."""
    named = {f"scale {number}": scale for number, scale in enumerate(scales, start=1)}
    start = time.perf_counter()
    estimates = bootstrap_alphas(items, named, resamples=RESAMPLES, seed=1)
    return time.perf_counter() - start, list(estimates.values())


def time_pingouin(items: NDArray[np.float64], scales: Sequence[range], seed: int) -> float:
    """Seconds for all resamples, extrapolated; the values only, without intervals."""
    import pandas
    import pingouin

    tables = [pandas.DataFrame(items[:, scale]) for scale in scales]
    generator = np.random.default_rng(seed)
    start = time.perf_counter()
    for _ in range(LOOP_RESAMPLES_A_TURN):
        rows = generator.integers(0, ROWS, ROWS)
        for table in tables:
            pingouin.cronbach_alpha(table.iloc[rows])
    return (time.perf_counter() - start) / LOOP_RESAMPLES_A_TURN * RESAMPLES


def report(
    items: NDArray[np.float64],
    scales: Sequence[range],
    estimates: Sequence[Estimate],
    first: float,
    ours: float,
    loop: float,
    extra: float,
) -> None:
    """Print times, ratio, memory and agreement."""
    import pandas
    import pingouin

    alphas = [pingouin.cronbach_alpha(pandas.DataFrame(items[:, scale]))[0] for scale in scales]
    deviation = max(abs(estimate.value - alpha) for estimate, alpha in zip(estimates, alphas, strict=True))
    print(f"{ROWS:,} x {items.shape[1]} answers, {SCALES} alphas, {RESAMPLES:,} resamples")
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; medians of {TURNS} turns each")
    print(f"valuemap, BCa intervals included: {ours:.2f} s (first call: {first:.2f} s)")
    print(f"pingouin in a loop, values only: {loop:.1f} s")
    print(f"  (extrapolated from {TURNS * LOOP_RESAMPLES_A_TURN} resamples)")
    print(f"ratio: {loop / ours:.0f} x (wanted: at least 50)")
    print(f"extra peak memory: {extra / MEBIBYTE:.0f} MiB (wanted: at most 250)")
    print(f"largest difference of the {SCALES} sample alphas from pingouin's: {deviation:.1e}")


def resident_bytes() -> int:
    """Resident memory of this process now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
