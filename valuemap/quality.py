"""May a profile be believed? The evidence on how the answers came about, before any claim about values.

In go the answers of one respondent; out comes `Evidence`: the four states, how much of the model's probability falls on
the options at all, how often it gives one and the same printed code, and whether its answers follow the content of an
item or the printed position of the options.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuemap.scoring.answers import Answers
from valuemap.study import State

#: A model gives an answer at all; below this most of its probability lies on something else.
LITTLE_MASS = 0.5
#: More of one printed code than this, over both option orders, is an answer to the form and not to the items.
ONE_CODE = 0.5
#: Item means under the two option orders should rise and fall together at least this much.
ORDER_AGREEMENT = 0.5


@dataclass(frozen=True)
class Evidence:
    """How the answers of one respondent came about.

    Attributes
    ----------
    counts
        Answers in each state.
    asked
        Answers asked for.
    option_mass
        Mean share of the model's probability on the options; NaN in sample mode.
    top_code, top_code_share
        The most frequent printed code, and its share of the valid answers.
    order_agreement
        Correlation over items between the mean answers under ascending and descending options; NaN where only one
        order was asked or nothing varies.
    doubts
        What speaks against reading the scores as values, in words.
    """

    counts: dict[State, int]
    asked: int
    option_mass: float
    top_code: int
    top_code_share: float
    order_agreement: float
    doubts: tuple[str, ...]


def evidence(answers: Answers) -> Evidence:
    """Gather the evidence for the answers of one respondent."""
    counts = {state: answers.count(state) for state in State}
    masses = answers.option_mass[~np.isnan(answers.option_mass)]
    mass = float(masses.mean()) if len(masses) else float("nan")
    shares = printed_code_shares(answers)
    top = int(np.argmax(shares)) if shares.any() else 0
    agreement = order_agreement(answers)
    found = Evidence(counts, answers.n_asked, mass, top + 1, float(shares[top]), agreement, ())
    return Evidence(**{**vars(found), "doubts": _doubts(found, answers.instrument.response.n_options)})


def printed_code_shares(answers: Answers) -> NDArray[np.float64]:
    """Return how often each printed code was given (in distribution mode: how probable it was), summing to 1.

    Shape (options,); all zero where there is no valid answer.
    """
    response = answers.instrument.response
    if np.isnan(answers.probabilities).all():
        options = np.array(response.values)
        given = (answers.values[:, :, None] == options).astype(float)
    else:
        given = np.nan_to_num(answers.probabilities)
    descending = (answers.administrations["option_order"] == "descending").to_numpy()
    printed = given[~descending].sum(axis=(0, 1)) + given[descending].sum(axis=(0, 1))[::-1]
    total = printed.sum()
    shares: NDArray[np.float64] = printed / total if total else printed
    return shares


def order_agreement(answers: Answers) -> float:
    """Correlate the items' mean answers under ascending and under descending options.

    1: the content decides. −1: the printed position decides. NaN: one order only, or no variation.
    """
    descending = (answers.administrations["option_order"] == "descending").to_numpy()
    if descending.all() or not descending.any():
        return float("nan")
    first, second = (_item_means(answers.values[rows]) for rows in (~descending, descending))
    both = ~np.isnan(first) & ~np.isnan(second)
    if both.sum() < 3 or np.ptp(first[both]) == 0 or np.ptp(second[both]) == 0:
        return float("nan")
    return float(np.corrcoef(first[both], second[both])[0, 1])


def _item_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    there = ~np.isnan(values)
    sums, counts = np.where(there, values, 0).sum(axis=0), there.sum(axis=0)
    means: NDArray[np.float64] = np.full(values.shape[1], np.nan)
    return np.divide(sums, counts, out=means, where=counts > 0)


def _doubts(found: Evidence, n_options: int) -> tuple[str, ...]:
    doubts = []
    if found.counts[State.VALID] == 0:
        return ("there is not one valid answer",)
    if found.option_mass < LITTLE_MASS:
        doubts.append(f"only {found.option_mass:.0%} of its probability falls on the answer options")
    if found.top_code_share > max(ONE_CODE, 2 / n_options):
        doubts.append(f"it gives the printed code {found.top_code} in {found.top_code_share:.0%} of its answers")
    if found.order_agreement < ORDER_AGREEMENT:
        doubts.append(
            "its answers follow the printed position more than the item "
            f"(agreement of the two option orders r = {found.order_agreement:.2f})".replace("-", "−")
        )
    return tuple(doubts)
