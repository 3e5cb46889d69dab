"""Means over what there is.

In goes a matrix with holes, persons or passes (rows) by items or scales (columns); out comes the mean of every column
over the rows that have a value. The rule: a column without any value has no mean, and no warning is raised over it.
"""

from __future__ import annotations

import math

import numpy as np

from valuemap.statistics.estimate import Matrix


def item_means(values: Matrix) -> Matrix:
    """Return the mean of every column over the rows that have a value; NaN where none has.

    R: ``colMeans(values, na.rm = TRUE)``.

    Parameters
    ----------
    values : array, shape (rows, columns)
    """
    there = ~np.isnan(values)
    counts = there.sum(axis=0)
    sums = np.where(there, values, 0.0).sum(axis=0)
    means: Matrix = np.divide(sums, counts, out=np.full(values.shape[1], math.nan), where=counts > 0)
    return means
