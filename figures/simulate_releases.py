"""Simulates five releases of one model for the gallery: no hosted model's answers are in this repository.

Writes ``drift-1.vmap`` to ``drift-5.vmap`` into a folder: the first three releases have one truth; the fourth holds
less of benevolence and achievement; the fifth does, too, and half of its answers follow the printed position.

    python figures/simulate_releases.py figures
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import tomli_w

RELEASES, REPEATS = 5, 5
TRUTH = {"SD": 0.4, "ST": -0.6, "HE": -0.1, "AC": -0.4, "PO": -0.9, "SE": 0.5, "CO": -0.2, "BE": 0.7, "UN": 0.5}
MOVED = {**TRUTH, "BE": -0.3, "AC": -0.9, "UN": 0.8}


def simulate(folder: Path) -> None:
    """Ask every release."""
    for number in range(1, RELEASES + 1):
        profile = {"name": f"model-{number}", "noise": 0.4, "true": TRUTH if number < 4 else MOVED}
        if number == RELEASES:
            profile["position_bias"] = 0.5
        with tempfile.TemporaryDirectory() as where:
            truth = Path(where) / f"model-{number}.toml"
            truth.write_text(tomli_w.dumps(profile), encoding="utf-8")
            asked = [
                "survey",
                "pvq-21",
                "--model",
                f"simulated:{truth.name}",
                "--wording",
                "en-a",
                "--repeats",
                str(REPEATS),
            ]
            out = ["--seed", str(number), "--out", str(folder.resolve() / f"drift-{number}.vmap"), "--quiet"]
            subprocess.run([sys.executable, "-m", "valuemap", *asked, *out], cwd=where, check=False)


if __name__ == "__main__":
    simulate(Path(sys.argv[1]))
