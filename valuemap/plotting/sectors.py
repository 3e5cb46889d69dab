"""Theory's sectors of the circle of values, as figures draw and explain them.

In go a figure's table with the columns scale, name, group and angle; out come the edges of the sectors, the tints
of the higher-order values, and the key that says what ids and tints stand for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuemap.plotting.style import TINTS, Style


def edges(angles: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return where each scale's sector begins and ends: half-way to its neighbours."""
    before = np.append(angles[-1] - 360, angles[:-1])
    after = np.append(angles[1:], angles[0] + 360)
    return [(float(a + b) / 2, float(b + c) / 2) for a, b, c in zip(before, angles, after, strict=True)]


def tints(table: pd.DataFrame) -> dict[str, str]:
    """Return the tint of every higher-order value; white for none."""
    groups = [group for group in table["group"].unique() if group]
    return {"": "white"} | {str(group): TINTS[number % len(TINTS)] for number, group in enumerate(groups)}


def key(table: pd.DataFrame, look: Style) -> list[tuple[str, str]]:
    """Return what the ids in the ring mean, a line a group, with its tint."""
    scales = table.drop_duplicates("scale")
    found = tints(table)
    return [
        (
            look.wrapped(
                f"{group}{': ' if group else ''}{_named(own)}",
                look.width - 12,
            ),
            found[str(group)],
        )
        for group, own in scales.groupby("group", sort=False)
    ]


def _named(own: pd.DataFrame) -> str:
    return ", ".join(f"{scale} {name}" for scale, name in zip(own["scale"], own["name"], strict=True))
