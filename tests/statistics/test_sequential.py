"""Evidence that may be looked at after every release: the mixture is right, and it holds without a change."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from valuemap.errors import StatisticsError
from valuemap.statistics.sequential import average, change_evidence, e_bh, pass_sums

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "control.json").read_text(encoding="utf-8"))


def golden_sums(golden):
    y, release, condition = (np.array(golden[name]) for name in ("y", "release", "condition"))
    chosen = [release == number for number in np.unique(release)]
    return pass_sums([y[own][:, None] for own in chosen], [condition[own] - 1 for own in chosen])


def drawn(rng, releases=6, passes=8, values=3, conditions=2):
    scores = list(rng.normal(size=(releases, passes, values)))
    return scores, [np.arange(passes) % conditions] * releases


@pytest.mark.parametrize("name", GOLDEN["evidence"])
def test_e_values_are_the_mixture_that_r_integrates(name):
    golden = GOLDEN["evidence"][name]
    found = change_evidence(golden_sums(golden), golden["baseline"], golden["g"])
    assert (found.e[: golden["baseline"]] == 1).all()
    assert found.e[golden["baseline"] :, 0] == pytest.approx(golden["e"], rel=1e-6)


@pytest.mark.parametrize("name", GOLDEN["evidence"])
def test_a_confidence_sequence_ends_where_the_e_value_reaches_1_over_alpha(name):
    golden = GOLDEN["evidence"][name]
    found = change_evidence(golden_sums(golden), golden["baseline"], golden["g"], golden["alpha"])
    assert found.change[-1, 0] == pytest.approx(golden["change"], abs=1e-9)
    assert found.high[-1, 0] - found.change[-1, 0] == pytest.approx(golden["half"], rel=1e-6)
    assert found.change[-1, 0] - found.low[-1, 0] == pytest.approx(golden["half"], rel=1e-6)


def test_with_many_passes_it_is_the_normal_mixture_of_robbins():
    scores, conditions = drawn(np.random.default_rng(1), releases=2, passes=4000, values=1, conditions=1)
    e = change_evidence(pass_sums(scores, conditions)).e[1, 0]
    v = 2 / 4000
    t = (scores[1].mean() - scores[0].mean()) / math.sqrt(v)
    r = v / (v + 0.25)
    # The first release after the baseline has half of the weight.
    assert e == pytest.approx(0.5 + 0.5 * math.sqrt(r) * math.exp((1 - r) * t**2 / 2), rel=1e-2)


@pytest.mark.parametrize("passes", [2, 4, 10])
def test_without_a_change_the_mean_of_an_e_value_is_1_though_all_share_one_baseline(passes):
    rng = np.random.default_rng(2)
    scores, conditions = drawn(rng, releases=8, passes=passes, values=4000, conditions=2)
    e = change_evidence(pass_sums(scores, conditions)).e
    assert e.mean(axis=1) == pytest.approx(np.ones(8), abs=0.12)


def test_without_a_change_alarms_are_rarer_than_alpha_however_often_one_looks():
    rng = np.random.default_rng(3)
    scores, conditions = drawn(rng, releases=40, passes=4, values=3000)
    ever = change_evidence(pass_sums(scores, conditions)).e.max(axis=0)
    assert (ever >= 20).mean() <= 0.05
    assert (ever >= 5).mean() <= 0.2


def test_a_confidence_sequence_holds_a_lasting_change_at_all_times_at_once():
    rng = np.random.default_rng(4)
    scores, conditions = drawn(rng, releases=30, passes=4, values=2000)
    for own in scores[1:]:
        own += 0.7
    found = change_evidence(pass_sums(scores, conditions))
    held = ((found.low[1:] <= 0.7) & (found.high[1:] >= 0.7)).all(axis=0)
    assert held.mean() >= 0.95


def test_what_the_conditions_differ_by_does_not_matter_and_nor_does_the_unit():
    scores, conditions = drawn(np.random.default_rng(5))
    moved = [3 * own + 5 * where[:, None] for own, where in zip(scores, conditions, strict=True)]
    one, other = (change_evidence(pass_sums(given, conditions)) for given in (scores, moved))
    assert other.e == pytest.approx(one.e, rel=1e-9)
    assert other.change == pytest.approx(3 * one.change, nan_ok=True)


def test_a_late_change_is_found_though_many_releases_before_it_did_not_differ():
    scores, conditions = drawn(np.random.default_rng(6), releases=30, values=1)
    for own in scores[20:]:
        own += 1.0
    e = change_evidence(pass_sums(scores, conditions)).e[:, 0]
    assert e[:20].max() < 20
    assert (e[23:] > 20).all()


def test_where_nothing_varies_there_is_no_evidence_and_a_change_of_what_never_varied_is_much():
    still = [np.full((4, 1), 0.3)] * 4
    where = [np.arange(4) % 2] * 4
    found = change_evidence(pass_sums(still, where))
    assert (found.e == 1).all()
    moved = change_evidence(pass_sums([still[0], *(own + 0.1 for own in still)], where[:1] * 5))
    assert moved.e[4, 0] > 20
    assert (moved.low[4, 0], moved.high[4, 0]) == pytest.approx((0.1, 0.1))


def test_too_few_passes_for_an_end_give_an_endless_interval_and_no_scores_none():
    scores, conditions = drawn(np.random.default_rng(7), releases=2, passes=2, values=2, conditions=2)
    scores[1][:, 1] = math.nan
    found = change_evidence(pass_sums(scores, conditions))
    assert found.high[1, 0] == math.inf
    assert math.isnan(found.change[1, 1])
    assert found.e[1, 1] == 1


def test_e_bh_takes_the_largest_that_are_large_enough_together():
    # K / (k alpha) with K = 4, alpha = .05: 80, 40, 26.7, 20.
    assert e_bh(np.array([30.0, 1.0, 45.0, 28.0])).tolist() == [True, False, True, True]
    assert e_bh(np.array([79.0, 1.0, 1.0, 1.0])).tolist() == [False] * 4
    assert e_bh(np.array([80.0, 1.0, 1.0, 1.0])).tolist() == [True, False, False, False]


@given(hnp.arrays(float, st.integers(1, 12), elements=st.floats(0, 1e4)), st.floats(0.01, 0.5))
def test_where_e_bh_rejects_one_the_average_is_an_alarm_too(e, alpha):
    if e_bh(e, alpha).any():
        assert average(e) >= (1 - 1e-9) / alpha


def test_a_baseline_must_be_some_of_the_releases():
    sums = pass_sums(*drawn(np.random.default_rng(8)))
    for baseline in (0, 7):
        with pytest.raises(StatisticsError, match="baseline"):
            change_evidence(sums, baseline)
    with pytest.raises(StatisticsError, match="alpha"):
        change_evidence(sums, alpha=1.0)
