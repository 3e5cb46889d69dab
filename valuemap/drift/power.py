"""Which change of a value can a design see? From the answers of the baseline alone, before anything is asked again.

In goes a `Release`; out come its `Noise` and, for any `Design`, the smallest change that is found, the probability of
finding a given one, the probability of calling an unchanged model stable, and the cheapest designs that see a wished
change. The rule: the same standard errors and degrees of freedom as the test of `valuemap.drift.change`, where a change
must exceed both the error over wordings, framings and presentations (pooled over the scales) and that over repeats.

Two figures stand side by side because one baseline cannot show how a *change* differs between wordings. At best it is
alike in all of them, and only the noise of repeats counts (`alike`). At worst the wordings do to the two releases what
they do to two unrelated ones: then a change differs between wordings with twice the variance that the values have.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from valuemap.drift.release import Release
from valuemap.drift.result import Unit
from valuemap.errors import StatisticsError
from valuemap.reliability.facets import MOST_REPEATS, PLANNED_FACETS
from valuemap.scoring.answers import Answers
from valuemap.scoring.profile import CLUSTER_FACETS, error_shares, overlap_of
from valuemap.scoring.scores import scores_of

Matrix = NDArray[np.float64]

ALPHA, POWER = 0.05, 0.80
#: Points at which the distribution of an estimated standard error is taken, and steps of the search for a change.
NODES, HALVINGS = 48, 45


@dataclass(frozen=True)
class Design:
    """How often a release is asked.

    Attributes
    ----------
    wordings, framings, option_orders, repeats
        How many of each.
    presentations, item_orders
        Likewise; mostly one.
    """

    wordings: int
    framings: int
    option_orders: int
    repeats: int
    presentations: int = 1
    item_orders: int = 1

    def __post_init__(self) -> None:
        """Refuse a design without a single pass."""
        for name, count in vars(self).items():
            if count < 1:
                raise StatisticsError(f"{name.replace('_', ' ')}: at least 1 is needed, not {count}.")

    @property
    def clusters(self) -> int:
        """Wordings × framings × presentations: what the comparison pairs within."""
        return self.wordings * self.framings * self.presentations

    @property
    def cells_in_cluster(self) -> int:
        """Option orders × item orders, which are averaged over."""
        return self.option_orders * self.item_orders

    @property
    def passes(self) -> int:
        """Administrations of the whole instrument."""
        return self.clusters * self.cells_in_cluster * self.repeats


@dataclass(frozen=True)
class Noise:
    """What moves the scores of a release although nothing changed.

    Attributes
    ----------
    scales, names
        Ids and names.
    repeat
        Variance of a centred score between the repeats of a cell, in points², shape (scales,); NaN where no cell was
        repeated, 0 where probabilities were read off the model.
    between
        Variance of a *change* between wordings, framings and presentations, in points² for an item of which nothing is
        averaged away (a scale has ``shares`` of it): twice the interaction of value × wording. NaN where only one
        wording was asked or the repeats are not known.
    shares
        See `valuemap.scoring.profile.error_shares`, shape (scales,).
    overlap
        See `valuemap.scoring.profile.overlap_of`.
    sds
        What a change is divided by, in points: human SDs, or 1.
    unit
        "sd" or "points".
    calls_in_pass
        Calls to the model in one administration.
    exact
        Whether probabilities were read off the model, so that there are no repeats.
    notes
        What a reader must know, in sentences.
    """

    scales: tuple[str, ...]
    names: tuple[str, ...]
    repeat: Matrix
    between: float
    shares: Matrix
    overlap: float
    sds: Matrix
    unit: Unit
    calls_in_pass: float
    exact: bool
    notes: tuple[str, ...]

    def calls(self, design: Design) -> int:
        """Count the calls that asking one release costs."""
        return round(design.passes * self.calls_in_pass)


@dataclass(frozen=True)
class PlannedDesign:
    """A design that sees a wished change.

    Attributes
    ----------
    design
        Of the candidate; the baseline must have been asked alike.
    calls
        What asking one release costs.
    detectable
        The smallest change that it finds in every value.
    """

    design: Design
    calls: int
    detectable: float


def design_of(baseline: Release) -> Design:
    """Return the design that the baseline was asked in."""
    table = baseline.answers.administrations
    exact = (table["mode"] == "distribution").all()
    return Design(
        wordings=table["wording"].nunique(),
        framings=table["framing"].nunique(),
        option_orders=table["option_order"].nunique(),
        repeats=1 if exact else baseline.repeats,
        presentations=table["presentation"].nunique(),
        item_orders=table["item_order"].nunique(),
    )


def noise_of(baseline: Release, level: str, sds: Matrix | None = None) -> Noise:
    """Estimate from one release what moves its scores although nothing changed.

    With the variance within cells s_s², cluster means m_js over n_js passes each and w_s = `shares`::

        repeat_s = s_s^2
        between  = 2 max(0, sum_s (var_j(m_js) - s_s^2 mean_j(1 / n_js)) / sum_s w_s)

    which pools the clusters over the scales as the comparison does: two wordings say next to nothing about one scale.

    Parameters
    ----------
    baseline
        The release.
    level
        Level of the scales.
    sds
        Human SDs in scale points, shape (scales,); ``None``: changes are in points.
    """
    answers = baseline.answers
    scales = answers.instrument.scales_of(level)
    centred = scores_of(answers, level).centred
    exact = bool((answers.administrations["mode"] == "distribution").all())
    shares = error_shares(answers.instrument, level)
    repeat = np.zeros(len(scales)) if exact else _within_cells(centred, answers)
    between = _between_clusters(centred, answers, repeat, shares)
    per_pass = [1 if one.presentation == "form" else answers.instrument.n_items for one in baseline.conditions.values()]
    noise = Noise(
        scales=tuple(scale.id for scale in scales),
        names=tuple(scale.name for scale in scales),
        repeat=repeat,
        between=between,
        shares=shares,
        overlap=overlap_of(answers.instrument, level),
        sds=np.ones(len(scales)) if sds is None else np.asarray(sds, dtype=np.float64),
        unit="points" if sds is None else "sd",
        calls_in_pass=float(np.mean(per_pass)),
        exact=exact,
        notes=(),
    )
    return replace(noise, notes=(*_unfinished(baseline), *_notes(noise, design_of(baseline))))


def alike(noise: Noise) -> Noise:
    """Return the noise of a change that is the same in every wording: that of the repeats alone."""
    return replace(noise, between=0.0)


def detectable(noise: Noise, design: Design, *, alpha: float = ALPHA, power: float = POWER, tests: int = 1) -> Matrix:
    """Return the smallest change of each value that the comparison finds with this probability.

    Found is what differs from no change at ``alpha / tests``, two-sided (see `power_of`).

    Parameters
    ----------
    noise, design
        Of the baseline; how both releases are asked.
    alpha, power
        Level of the test, and probability of finding the change.
    tests
        1 for a single value. With Benjamini–Hochberg over k tests the level lies between ``alpha / k`` (nothing else
        changed: the worst case, which k gives here) and ``alpha``.

    Returns
    -------
    Array of shape (scales,), in the unit of the noise; 0 where nothing varies, NaN where there is no test.

    References
    ----------
    Cohen (1988), Statistical power analysis. R, with one wording: ``power.t.test(strict = TRUE)``.
    """
    _check(alpha=alpha, power=power)
    test = _test(noise, design, alpha / tests / 2)
    if power <= alpha / tests:
        return np.where(np.isnan(test.spread), math.nan, 0.0)
    low, high = np.zeros(len(test.spread)), test.critical.max(axis=(0, 1)) + 10 * test.spread
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        found = test.exceeds(middle) >= power
        low, high = np.where(found, low, middle), np.where(found, middle, high)
    smallest: Matrix = high / noise.sds
    return smallest


def power_of(noise: Noise, design: Design, change: float, *, alpha: float = ALPHA, tests: int = 1) -> Matrix:
    """Return the probability that a change of each value is found, shape (scales,); see `detectable`.

    The estimated change is D ~ N(δ, e_s²). It is found where ``|D|`` exceeds both ``t(v_1) S_1``, with the error over
    clusters, and ``t(v_2) S_2``, with that over repeats. With k clusters, o cells in each, r repeats, and w_s =
    `Noise.shares`::

        e_s^2   = (2 repeat_s / (o r) + w_s between) / k
        S_1s^2  = w_s sum(e^2) / sum(w) * chisq(v_1) / v_1,   v_1 = (k - 1) (sum w)^2 / sum(w^2)
        S_2s^2  = 2 repeat_s / (k o r) * chisq(v_2) / v_2,    v_2 = 2 k o (r - 1)

    Where one of the two is all there is (one wording, or no repeats), this is the noncentral t distribution.
    """
    _check(alpha=alpha)
    _check_change(change)
    return _test(noise, design, alpha / tests / 2).exceeds(change * noise.sds)


def stable_when_unchanged(
    noise: Noise, design: Design, material: float, *, alpha: float = ALPHA
) -> tuple[Matrix, float]:
    """Return how probably an unchanged model is called stable: value by value, and in all values at once.

    With D and S of `power_of`, δ = 0 and the margin m, both one-sided tests succeed where ``|D| < m - max t(v) S``. An
    unchanged model does in each wording what it did before, so only the repeats count. For all values at once they
    are taken as independent but for the error over clusters, which the comparison pools over them.

    Returns
    -------
    tuple
        Array of shape (scales,), and the probability for all; NaN where there is no test.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680. R, with one wording:
    ``TOSTER::power_t_TOST``.
    """
    _check(alpha=alpha)
    _check_change(material)
    test = _test(alike(noise), design, alpha)
    margins = material * noise.sds
    known = ~np.isnan(test.spread + margins)
    if not known.any():
        return np.full(len(known), math.nan), math.nan
    given = test.within(margins)
    together = np.einsum("a,a->", test.over_clusters, given[:, known].prod(axis=1))
    return np.where(known, test.over_clusters @ given, math.nan), float(together)


def designs_for(
    noise: Noise, present: Design, change: float, *, power: float = POWER, alpha: float = ALPHA
) -> tuple[PlannedDesign, ...]:
    """Find the designs that see a change in every value, the cheapest first.

    For every number of wordings the smallest number of repeats is taken; everything else stays as in ``present``.

    Parameters
    ----------
    noise
        Of the baseline; `alike` of it for a change that is the same in every wording.
    present
        The design whose framings, orders and presentations are kept.
    change
        The change to be seen, in the unit of the noise.
    power, alpha
        Probability of finding it, at the level of a single value.

    Returns
    -------
    Designs, none of which can spare a repeat; empty where no design allowed sees it.
    """
    _check(alpha=alpha, power=power)
    _check_change(change)
    found = []
    for wordings in range(1, PLANNED_FACETS["wording"] + 1):
        if replace(present, wordings=wordings).clusters == 1 and noise.between > 0:
            # What is seen in one wording would be no change of the value.
            continue
        design = _fewest_repeats(noise, replace(present, wordings=wordings), change, power, alpha)
        if design is not None:
            smallest = float(np.nanmax(detectable(noise, design, alpha=alpha, power=power)))
            found.append(PlannedDesign(design, noise.calls(design), smallest))
    return tuple(sorted(found, key=lambda planned: (planned.calls, planned.detectable)))


@dataclass(frozen=True)
class _Test:
    """The test of a change in scale points: what spreads it, and what it must exceed.

    ``critical`` has the shape (nodes of the error over clusters, nodes of that over repeats, scales); the first two
    are integrated out with the weights ``over_clusters`` and ``over_repeats``.
    """

    spread: Matrix
    critical: Matrix
    over_clusters: Matrix
    over_repeats: Matrix

    def exceeds(self, change: Matrix) -> Matrix:
        """Return the probability that the estimate is beyond the critical value, shape (scales,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            beyond = special.ndtr((change - self.critical) / self.spread)
            beyond += special.ndtr((-change - self.critical) / self.spread)
        found: Matrix = np.einsum("a,b,abs->s", self.over_clusters, self.over_repeats, beyond)
        certain = (self.spread == 0) & (self.critical == 0).all(axis=(0, 1)) & (change > 0)
        return np.where(certain, 1.0, found)

    def within(self, margin: Matrix) -> Matrix:
        """Return the probability that an estimate around 0 and its critical value are within the margin.

        Given the error over clusters: shape (its nodes, scales).
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = np.maximum(2 * special.ndtr((margin - self.critical) / self.spread) - 1, 0.0)
        found: Matrix = np.einsum("b,abs->as", self.over_repeats, inside)
        return found


def _test(noise: Noise, design: Design, tail: float) -> _Test:
    """Return the test of the comparison at a one-sided level; see `power_of`."""
    clusters, cells = design.clusters, design.cells_in_cluster
    chance = 2 * noise.repeat / (clusters * cells * design.repeats)
    known = ~np.isnan(chance)
    shares = noise.shares[known]
    apart = noise.shares * noise.between / clusters if clusters > 1 else np.zeros(len(chance))
    spread = np.sqrt(chance + apart)
    freedoms = (
        (clusters - 1) * float(shares.sum() ** 2 / (shares**2).sum()) / noise.overlap if known.any() else 0.0,
        0.0 if noise.exact else 2.0 * clusters * cells * (design.repeats - 1),
    )
    if not max(freedoms) > 0:
        spread = np.full(len(chance), math.nan)
    pooled = noise.shares * float((spread[known] ** 2).sum()) / shares.sum() if known.any() else spread
    (first, over_clusters), (second, over_repeats) = _chi_nodes(freedoms[0]), _chi_nodes(freedoms[1])
    errors = np.broadcast_arrays(first[:, None, None] * np.sqrt(pooled), second[None, :, None] * np.sqrt(chance))
    quantiles = [float(stats.t.isf(tail, freedom)) if freedom > 0 else 0.0 for freedom in freedoms]
    critical = np.maximum(quantiles[0] * errors[0], quantiles[1] * errors[1])
    return _Test(spread, critical + 0 * spread, over_clusters, over_repeats)


def _chi_nodes(freedom: float) -> tuple[Matrix, Matrix]:
    """Return nodes of ``sqrt(chisq / freedom)`` and their weights; a single 0 without any freedom.

    Gauss–Legendre over the probability ``u^2 (3 - 2 u)``, which is flat at both ends, where the quantile is steep.
    """
    if not freedom > 0:
        return np.zeros(1), np.ones(1)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    u = (nodes + 1) / 2
    return np.sqrt(stats.chi2.ppf(u**2 * (3 - 2 * u), freedom) / freedom), weights / 2 * 6 * u * (1 - u)


def _within_cells(centred: Matrix, answers: Answers) -> Matrix:
    """Pool the variance of each scale over the repeats of every condition."""
    squares, freedom = np.zeros(centred.shape[1]), np.zeros(centred.shape[1])
    for condition in answers.administrations["condition"].unique():
        own = centred[(answers.administrations["condition"] == condition).to_numpy()]
        there = ~np.isnan(own)
        counts = there.sum(axis=0)
        means = np.where(there, own, 0.0).sum(axis=0) / np.maximum(counts, 1)
        squares += (np.where(there, own - means, 0.0) ** 2).sum(axis=0)
        freedom += np.maximum(counts - 1, 0)
    variances: Matrix = np.divide(squares, freedom, out=np.full(len(squares), math.nan), where=freedom > 0)
    return variances


def _between_clusters(centred: Matrix, answers: Answers, repeat: Matrix, shares: Matrix) -> float:
    """Return twice the interaction of value × cluster, pooled over the scales: see `noise_of`."""
    keys = answers.administrations[list(CLUSTER_FACETS)].agg("\x00".join, axis=1)
    clusters = [centred[(keys == key).to_numpy()] for key in keys.unique()]
    counts = np.array([(~np.isnan(own)).sum(axis=0) for own in clusters])
    known = (counts > 0).all(axis=0) & ~np.isnan(repeat)
    if len(clusters) < 2 or not known.any():
        return math.nan
    means = np.array([np.nanmean(own[:, known], axis=0) for own in clusters])
    chance = repeat[known] * (1 / counts[:, known]).mean(axis=0)
    return 2 * max(0.0, float((means.var(axis=0, ddof=1) - chance).sum() / shares[known].sum()))


def _unfinished(baseline: Release) -> tuple[str, ...]:
    if not baseline.unfinished > 0:
        return ()
    return (f"The baseline is unfinished, {baseline.unfinished:,} answers are not there: figures rest on what is.",)


def _notes(noise: Noise, design: Design) -> tuple[str, ...]:
    notes = []
    if noise.exact:
        notes.append(
            "Probabilities were read off the model: nothing is random, repeats add nothing, and an unchanged model "
            "gives the same figures again, but for rounding inside it. Any change is one in these wordings."
        )
    elif np.isnan(noise.repeat).all():
        notes.append(
            "Each condition was asked once, so what chance does cannot be told from what the wordings do, and no "
            "figure can be given. Ask the baseline with --repeats 2 or more."
        )
    elif not np.nansum(noise.repeat):
        notes.append(
            "Every repeat gave the same scores: chance does nothing here, and any change of the repeats' answers is a "
            "change of the model. A provider that answers from a cache looks the same."
        )
    if design.clusters == 1:
        notes.append(
            "One wording: these figures hold for it alone. What a change would be in other words is not in them; ask "
            "two wordings or more."
        )
    elif noise.between == 0:
        notes.append(
            f"Between the {design.clusters} wordings, framings and presentations is no more than chance makes, so "
            "a change is taken to be alike in all of them."
        )
    elif not math.isnan(noise.between):
        notes.append(
            "A single baseline cannot show how a change differs between wordings. Alike: the change is the same in all "
            "of them. Unlike: it differs between them as the values of two unrelated releases would "
            f"(estimated from {design.clusters} wordings, framings and presentations); the truth lies between."
        )
    return tuple(notes)


def _fewest_repeats(noise: Noise, design: Design, change: float, power: float, alpha: float) -> Design | None:
    """Return the design with the fewest repeats that sees the change; ``None`` where not even the most do."""

    def sees(repeats: int) -> bool:
        found = power_of(noise, replace(design, repeats=repeats), change, alpha=alpha)
        return bool(not np.isnan(found).all() and np.nanmin(found) >= power)

    few, many = 0, 1 if noise.exact else MOST_REPEATS
    if not sees(many):
        return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if sees(middle) else (middle, many)
    return replace(design, repeats=many)


def _check(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 < share < 1:
            raise StatisticsError(f"{name}: a share between 0 and 1 is needed, not {share:g}.")


def _check_change(change: float) -> None:
    if not 0 < change < math.inf:
        raise StatisticsError(f"The change is {change:g}; a size above 0 is needed.")
