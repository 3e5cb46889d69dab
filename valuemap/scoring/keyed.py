"""Scores of keyed rating scales, with centring on the person's mean rating.

In go answers (administrations × items, NaN where there is no valid answer) and an instrument's key; out come scale
scores. Rules (Schwartz's coding instructions of June 2021): a scale is the mean of its answered items; a scale made of
components is the mean of their scores; MRAT is the mean over *all* items the respondent answered; a centred score is
the scale's score minus MRAT, not divided by any spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuemap.errors import StatisticsError
from valuemap.instrument import Instrument, Scale


@dataclass(frozen=True)
class Scores:
    """Scale scores of administrations.

    Attributes
    ----------
    scales
        Ids of the scales, naming the columns.
    raw
        Scores in scale points, shape (administrations, scales); NaN where no item of the scale was answered.
    mean_rating
        MRAT, shape (administrations,).
    centred
        ``raw - mean_rating``, or ``raw`` again where the instrument is not centred.
    """

    scales: tuple[str, ...]
    raw: NDArray[np.float64]
    mean_rating: NDArray[np.float64]
    centred: NDArray[np.float64]


def score(values: NDArray[np.float64], instrument: Instrument, level: str) -> Scores:
    """Score answers at one level of an instrument.

    Parameters
    ----------
    values
        Answers, shape (administrations, items), in scale points; NaN where there is none.
    instrument
        Holds the key.
    level
        Which scales: one of the instrument's levels.

    Raises
    ------
    StatisticsError
        The number of columns is not the instrument's number of items.
    InstrumentError
        The instrument has no such level.
    """
    if values.ndim != 2 or values.shape[1] != instrument.n_items:
        raise StatisticsError(
            f"{instrument.id} has {instrument.n_items} items, but the answers have shape {values.shape}."
        )
    instrument.level(level)
    scales = instrument.scales_of(level)
    key = np.column_stack([*(_weights(scale, instrument) for scale in scales), np.ones(instrument.n_items)])
    with_components = any(scale.components for scale in scales)
    answered = ~np.isnan(values)
    if answered.all():
        means = values @ (key / key.sum(axis=0))
    elif with_components:
        base = score(values, instrument, instrument.levels[0].id)
        composed = np.column_stack([_of_components(scale, base) for scale in scales])
        means = np.column_stack([composed, base.mean_rating])
    else:
        means = _means_of_answered(values, answered, key)
    raw, mean_rating = means[:, :-1], means[:, -1]
    centred = raw - mean_rating[:, None] if instrument.centring == "person mean" else raw
    return Scores(tuple(scale.id for scale in scales), raw, mean_rating, centred)


def _weights(scale: Scale, instrument: Instrument) -> NDArray[np.float64]:
    """Return each item's weight in a scale, up to a factor; components count equally whatever their length."""
    weights = np.zeros(instrument.n_items)
    if scale.items:
        weights[np.array(scale.items) - 1] = 1.0
        return weights
    for component in instrument.scales_of(instrument.levels[0].id):
        if component.id in scale.components:
            weights[np.array(component.items) - 1] += 1.0 / len(component.items)
    return weights


def _means_of_answered(
    values: NDArray[np.float64], answered: NDArray[np.bool_], key: NDArray[np.float64]
) -> NDArray[np.float64]:
    sums = np.where(answered, values, 0.0) @ key
    counts = answered.astype(np.float64) @ key
    means: NDArray[np.float64] = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return means


def _of_components(scale: Scale, base: Scores) -> NDArray[np.float64]:
    """Average the component scores there are."""
    parts = base.raw[:, [base.scales.index(component) for component in scale.components or (scale.id,)]]
    there = ~np.isnan(parts)
    sums, counts = np.where(there, parts, 0.0).sum(axis=1), there.sum(axis=1)
    means: NDArray[np.float64] = np.divide(sums, counts, out=np.full(len(parts), np.nan), where=counts > 0)
    return means
