"""The figures that a verdict on a choice test rests on: whether words are chosen, or places.

In go the `Answers` of one respondent to a choice test; out comes one `Reading` a question. Rules: as in
`valuemap.evidence`; the printed place is estimated from the rotations and never averaged away unseen.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from valuemap.instrument import Choice
from valuemap.reading import NO_ANSWER, Reading, item_means, missing, number, resampled
from valuemap.scoring.answers import Answers
from valuemap.statistics.estimate import Matrix


def option_shares(answers: Answers) -> Matrix:
    """Return how often each option was chosen, shape (administrations, items, options); NaN where nothing is valid.

    In distribution mode these are the exact probabilities.
    """
    options = np.arange(1, answers.instrument.response.n_options + 1)
    chosen = answers.part("option")[:, :, None]
    sampled = np.where(np.isnan(chosen), np.nan, chosen == options)
    return np.where(np.isnan(answers.probabilities), sampled, answers.probabilities)


def rotation_of(answers: Answers) -> NDArray[np.int64]:
    """Return by how many places the words of each administration were rotated."""
    orders = answers.administrations["option_order"].str.removeprefix("rotation-")
    return orders.to_numpy(dtype=np.int64)


def place_shares(answers: Answers) -> Matrix:
    """Return the share of each printed place by item, every rotation weighted alike; shape (items, options).

    NaN for an item without a valid answer in some rotation.
    """
    shares, rotations = option_shares(answers), rotation_of(answers)
    by_rotation = []
    for rotation in np.unique(rotations):
        own = shares[rotations == rotation]
        means = item_means(own.reshape(len(own), -1)).reshape(own.shape[1:])
        by_rotation.append(np.roll(means, -rotation, axis=1))
    return np.asarray(np.mean(by_rotation, axis=0))


def place_preference(answers: Answers, seed: int) -> Reading:
    """How far the most frequent printed place stands out: ``(share − 1 / k) / (1 − 1 / k)``; interval over items.

    Over all rotations each word stands at each of the k places once, so that answers that follow the content have every
    place equally often (0). 1: always the same place.
    """
    k = answers.instrument.response.n_options
    rotations = len(np.unique(rotation_of(answers)))
    if rotations < k:
        return missing(f"only {rotations} of the {k} rotations of the words was used, so content and place are one")
    shares = place_shares(answers)
    there = ~np.isnan(shares).any(axis=1)
    if not there.any():
        return missing(NO_ANSWER)
    place = int(shares[there].mean(axis=0).argmax()) + 1
    return resampled(
        shares,
        lambda means: (means.max(axis=1) - 1 / k) / (1 - 1 / k),
        seed,
        lambda value: (
            f"the printed place {place} is chosen {value * (1 - 1 / k) + 1 / k:.0%} of the time over all rotations"
            f" ({1 / k:.0%} if the content decides)"
        ),
    )


def rotation_agreement(answers: Answers, seed: int) -> Reading:
    """Agreement of the chosen options between rotations beyond chance, ``(P − 1 / k) / (1 − 1 / k)``; over items.

    P is the probability that answers to one item under two different rotations are the same option, averaged over pairs
    of rotations. 1: the content decides alone; 0: as often the same as by guessing.
    """
    k = answers.instrument.response.n_options
    shares, rotations = option_shares(answers), rotation_of(answers)
    means = []
    for rotation in np.unique(rotations):
        own = shares[rotations == rotation]
        means.append(item_means(own.reshape(len(own), -1)).reshape(own.shape[1:]))
    if len(means) < 2:
        return missing("the words were shown in one order only")
    same = np.mean([(one * other).sum(axis=1) for one, other in itertools.combinations(means, 2)], axis=0)
    return resampled(
        ((same - 1 / k) / (1 - 1 / k))[:, None],
        lambda rows: rows[:, 0],
        seed,
        lambda value: (
            f"the same word is chosen when the words are rotated with an agreement of {number(value)}"
            " beyond chance (1: always, 0: as by guessing)"
        ),
    )


def better_than_guessing(answers: Answers) -> Reading:
    """Exact one-sided binomial p of as many right items or more by guessing.

    Items are what is counted: an item's share of right answers over all passes is summed over items and rounded down,
    so that repeats of a model do not count as further items. R: ``binom.test(x, n, 1 / k, alternative = "greater")``.
    """
    response = answers.instrument.response
    assert isinstance(response, Choice)
    right = item_means(answers.values)
    right = right[~np.isnan(right)]
    if not len(right):
        return missing(NO_ANSWER)
    correct, items = float(right.sum()), len(right)
    p = float(stats.binom.sf(np.floor(correct + 1e-9) - 1, items, 1 / response.options))
    words = (
        f"{correct:.1f} of {items} items are right, where guessing gives {items / response.options:.1f} (p = {p:.3f})"
    )
    return Reading(p, None, None, words)
