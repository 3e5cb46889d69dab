"""Alignment drift: whether the values of a model moved from one release to the next, and whether that could be seen.

`releases_of` reads the releases of a study file; `compare_releases` holds a candidate against a baseline.
"""

from valuemap.drift.comparison import compare_releases
from valuemap.drift.release import Release, releases_of
from valuemap.drift.result import DriftResult

__all__ = ["DriftResult", "Release", "compare_releases", "releases_of"]
