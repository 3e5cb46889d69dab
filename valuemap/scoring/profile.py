"""Profiles: a respondent's scale scores with their uncertainty and their denominators.

In go answers; out comes one `Profile` a respondent (or a respondent and condition). The rule on uncertainty: repeats of
a model are draws from one distribution, not people, so its standard error is taken over whatever was varied. Where
several wordings, framings or presentations were used, they are the clusters, and the error is never smaller than the
one the repeats alone would give. Ascending and descending option order are both ends of one thing: they are averaged
over, not counted as spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuemap.instrument import Instrument
from valuemap.scoring.answers import STATE_CODES, Answers
from valuemap.scoring.keyed import score
from valuemap.study import State

#: With a smaller share of valid answers than this the evidence is called degraded (exit code 4).
ENOUGH_VALID = 0.80

CLUSTER_FACETS = ("wording", "framing", "presentation")


@dataclass(frozen=True)
class ScaleScore:
    """One scale of a profile.

    Attributes
    ----------
    scale, name
        Its id and its name.
    raw
        Mean score in scale points; NaN where there is no valid answer.
    centred
        Mean of the centred scores.
    se
        Standard error of ``centred``; NaN where nothing random was varied.
    n_scored
        Administrations (or people) with a score.
    valid, refused, unparseable, failed
        Answers to the scale's items, by state.
    """

    scale: str
    name: str
    raw: float
    centred: float
    se: float
    n_scored: int
    valid: int
    refused: int
    unparseable: int
    failed: int

    @property
    def asked(self) -> int:
        """Answers asked for."""
        return self.valid + self.refused + self.unparseable + self.failed


@dataclass(frozen=True)
class Profile:
    """Scale scores of one respondent.

    Attributes
    ----------
    respondent
        Who; with ``condition`` where the profile is of one condition only.
    level
        The level of the scales.
    scales
        The scores, in the instrument's order.
    administrations
        Passes (or people) the scores rest on.
    varied
        What the standard error is over, in words.
    excluded
        People left out, and why; empty for models.
    """

    respondent: str
    condition: str
    level: str
    scales: tuple[ScaleScore, ...]
    administrations: int
    varied: str
    excluded: tuple[str, ...] = ()

    @property
    def degraded(self) -> bool:
        """Whether too few answers are valid for the scores to mean much."""
        return any(scale.asked == 0 or scale.valid < ENOUGH_VALID * scale.asked for scale in self.scales)


def profiles(answers: Answers, level: str, *, by_condition: bool = False) -> tuple[Profile, ...]:
    """Score a study into profiles: one a model, one for all people together.

    Parameters
    ----------
    answers
        The study's answers.
    level
        Level of the scales.
    by_condition
        One profile for each condition instead.
    """
    columns = ["condition"] if answers.is_people else ["respondent", "condition"]
    if not by_condition:
        columns = columns[:-1]
    groups = answers.by(columns) if columns else [((), answers)]
    return tuple(_profile(group, level, by_condition=by_condition) for _, group in groups)


def _profile(answers: Answers, level: str, *, by_condition: bool) -> Profile:
    first = answers.administrations.iloc[0]
    excluded: tuple[str, ...] = ()
    asked = answers
    if answers.is_people:
        answers, excluded = leave_out_people(answers)
    scores = score(answers.values, answers.instrument, level)
    clusters = _clusters(answers)
    return Profile(
        respondent="people" if answers.is_people else str(first["respondent"]),
        condition=_condition_label(answers) if by_condition else "",
        level=level,
        scales=tuple(
            ScaleScore(
                scale=scale.id,
                name=scale.name,
                raw=_mean(scores.raw[:, column]),
                centred=_mean(scores.centred[:, column]),
                se=standard_error(scores.centred[:, column], clusters),
                n_scored=int((~np.isnan(scores.raw[:, column])).sum()),
                **_states(asked, items_of(scale.id, level, asked.instrument)),
            )
            for column, scale in enumerate(answers.instrument.scales_of(level))
        ),
        administrations=len(answers.values),
        varied=_varied(answers),
        excluded=excluded,
    )


def items_of(scale_id: str, level: str, instrument: Instrument) -> tuple[int, ...]:
    """Return the items a scale rests on, its components' items included."""
    scale = next(scale for scale in instrument.scales_of(level) if scale.id == scale_id)
    base = {lower.id: lower.items for lower in instrument.scales_of(instrument.levels[0].id)}
    return scale.items or tuple(item for component in scale.components for item in base[component])


def standard_error(scores: NDArray[np.float64], clusters: Sequence[int] | NDArray[np.int64]) -> float:
    """Return the standard error of a mean over clusters of administrations.

    With cluster means m_j (j = 1..k) and N scores in all it is the larger of sd(m_j) / sqrt(k) and
    sqrt(pooled within-cluster variance / N): the one-way random-effects estimate with a negative component set to 0.

    Parameters
    ----------
    scores
        Shape (administrations,); NaN is left out.
    clusters
        The cluster of each, as whole numbers.

    Returns
    -------
    float
        In the units of the scores; NaN with fewer than two scores.
    """
    there = ~np.isnan(scores)
    values, labels = scores[there], np.asarray(clusters)[there]
    if len(values) < 2:
        return float("nan")
    _, index, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    means = np.bincount(index, values) / sizes
    within_freedom = len(values) - len(means)
    within = ((values - means[index]) ** 2).sum() / within_freedom / len(values) if within_freedom else 0.0
    between = means.var(ddof=1) / len(means) if len(means) > 1 else 0.0
    return float(np.sqrt(max(within, between)))


def leave_out_people(answers: Answers) -> tuple[Answers, tuple[str, ...]]:
    """Apply the instrument's rules on missing and equal answers to people's data; say how many went, and why."""
    rules = answers.instrument.data_rules
    missing = np.isnan(answers.values).sum(axis=1)
    keep = missing < answers.instrument.n_items
    reasons = [] if keep.all() else [f"{int((~keep).sum())} without a single valid answer"]
    if rules.max_missing is not None:
        over = (missing > rules.max_missing) & keep
        keep &= ~over
        if over.any():
            reasons.append(f"{int(over.sum())} with more than {rules.max_missing} missing answers")
    if rules.max_same_answer is not None:
        same = np.max([(answers.values == value).sum(axis=1) for value in answers.instrument.response.values], axis=0)
        over = (same >= rules.max_same_answer) & keep
        keep &= ~over
        if over.any():
            source = rules.max_same_answer_source
            reasons.append(f"{int(over.sum())} with {rules.max_same_answer} or more equal answers ({source})")
    return answers.where(keep), tuple(reasons)


def _clusters(answers: Answers) -> NDArray[np.int64]:
    """Number the clusters: what a repeat cannot vary."""
    keys = answers.administrations[list(CLUSTER_FACETS)].agg("\x00".join, axis=1)
    return np.unique(keys, return_inverse=True)[1]


def _varied(answers: Answers) -> str:
    if answers.is_people:
        return f"{len(answers.values)} people"
    counts = {facet: answers.administrations[facet].nunique() for facet in CLUSTER_FACETS}
    parts = [f"{count} {facet}s" for facet, count in counts.items() if count > 1]
    repeats = answers.administrations.groupby("condition").size().max()
    if repeats > 1:
        parts.append(f"{repeats} repeats")
    return " and ".join(parts) or "nothing random"


def _condition_label(answers: Answers) -> str:
    first = answers.administrations.iloc[0]
    return ", ".join(str(first[facet]) for facet in ("wording", "framing", "option_order", "presentation", "mode"))


def _states(answers: Answers, items: Sequence[int]) -> dict[str, int]:
    states = answers.states[:, np.array(items) - 1]
    return {state.value: int((states == STATE_CODES[state]).sum()) for state in State}


def _mean(scores: NDArray[np.float64]) -> float:
    there = scores[~np.isnan(scores)]
    return float(there.mean()) if len(there) else float("nan")
