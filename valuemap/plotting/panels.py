"""Several panels in one figure: one a respondent, as many beside each other as are legible.

In go the respondents' names and the narrowest width of a panel; out come its axes in reading order. The title of a
panel whose profile is not interpretable says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from valuemap.plotting.style import Style


def columns(count: int, look: Style, narrowest: float) -> int:
    """Return how many panels stand beside each other."""
    fitting = max(1, int(look.width // narrowest))
    rows = math.ceil(count / fitting)
    return math.ceil(count / rows)


def panel_height(count: int, look: Style, narrowest: float, highest: float, ratio: float = 1.0) -> float:
    """Return the height of all rows of panels in millimetres, titles included; `ratio` is height to width."""
    beside = columns(count, look, narrowest)
    rows = math.ceil(count / beside)
    return rows * (min(look.width / beside * ratio, highest) + 2.5 * look.row)


def panels(figure: Figure, names: Sequence[str], look: Style, narrowest: float, **options: str) -> list[Axes]:
    """Return one axes a name."""
    beside = columns(len(names), look, narrowest)
    rows = math.ceil(len(names) / beside)
    return [figure.add_subplot(rows, beside, place + 1, **options) for place in range(len(names))]


def panel_title(axes: Axes, name: str, verdict: str, look: Style) -> None:
    """Put a respondent's name over its panel, and under it that its profile is not interpretable."""
    second = "not interpretable as values" if verdict == "not interpretable" else ""
    axes.set_title(f"{name}\n{second}".strip("\n"), fontsize=look.small, linespacing=1.3)
