"""The level of a whole open answer from the levels of its parts.

In go the levels that one rater gave to the parts, and whether the parts differ; out comes the total. Rule: the total is
the highest part; where the total may be one more than the parts can reach, it is that when all parts are at their
maximum and differ.
"""

from __future__ import annotations

from collections.abc import Mapping

from valuemap.instrument import OpenAnswer


def total_level(levels: Mapping[str, int], differ: bool | None, response: OpenAnswer) -> int:
    """Return the level of a whole answer.

    Parameters
    ----------
    levels
        Level of each part.
    differ
        Whether the parts differ in kind; ``None`` counts as no.
    response
        The response format, with its maxima.
    """
    may_rise = response.total_maximum == response.part_maximum + 1
    at_top = all(level == response.part_maximum for level in levels.values())
    return response.total_maximum if may_rise and at_top and differ else max(levels.values())
