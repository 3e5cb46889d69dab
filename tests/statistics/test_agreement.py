"""Kappa and Krippendorff's alpha agree with R and with the published example."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuemap.errors import StatisticsError
from valuemap.statistics import agreement

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "agreement.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", GOLDEN["kappa"])
@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappa_and_its_interval_agree_with_r(name, weights):
    golden = GOLDEN["kappa"][name]
    expected = golden[weights]
    found = agreement.weighted_kappa(golden["first"], golden["second"], weights, golden["scale"], golden["level"])
    assert (found.value, found.low, found.high) == pytest.approx(
        (expected["value"], expected["low"], expected["high"]), abs=1e-9
    )
    assert found.n == len(golden["first"])


@pytest.mark.parametrize("name", GOLDEN["kappa"])
@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weighted_kappa_agrees_with_psych(name, weights):
    golden = GOLDEN["kappa"][name]
    found = agreement.weighted_kappa(golden["first"], golden["second"], weights, golden["scale"])
    assert found.value == pytest.approx(golden[f"psych_{weights}"], abs=1e-9)


def test_r_gives_one_unweighted_interval_by_formula_and_by_the_delta_method():
    """So the delta method may stand for the formula where psych's weighted interval is wrong."""
    for golden in GOLDEN["kappa"].values():
        assert golden["none_delta"]["low"] == pytest.approx(golden["none"]["low"], abs=1e-9)


def test_a_point_that_nobody_used_keeps_its_place_in_the_weights():
    """scikit-learn alone would count the distance over the points that were used."""
    from sklearn.metrics import cohen_kappa_score

    golden = GOLDEN["kappa"]["gap"]
    assert 3 not in golden["first"] + golden["second"]
    found = agreement.weighted_kappa(golden["first"], golden["second"])
    assert found.value == pytest.approx(golden["quadratic"]["value"], abs=1e-9)
    without_scale = cohen_kappa_score(golden["first"], golden["second"], weights="quadratic")
    assert abs(without_scale - found.value) > 1e-3


def test_one_constant_rating_has_no_kappa_and_perfect_agreement_no_width():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        constant = agreement.weighted_kappa([2, 2, 2], [2, 2, 2], scale=[1, 2, 3])
        perfect = agreement.weighted_kappa([1, 2, 3], [1, 2, 3])
    assert np.isnan(constant.value)
    assert "one and the same rating" in constant.note
    assert (perfect.value, perfect.low, perfect.high) == (1, 1, 1)
    assert "no proof" in perfect.note


def test_pairs_with_a_missing_rating_are_dropped_and_counted():
    found = agreement.weighted_kappa([1, 2, np.nan, 3, 1], [1, 2, 2, 2, 1])
    assert found.n == 4
    assert "1 of 5 pairs" in found.note


@given(
    st.lists(st.integers(1, 5), min_size=8, max_size=8),
    st.lists(st.integers(1, 5), min_size=8, max_size=8),
    st.sampled_from(["none", "linear", "quadratic"]),
)
def test_kappa_is_the_same_in_either_order_and_within_its_interval(first, second, weights):
    there = agreement.weighted_kappa(first, second, weights, scale=[1, 2, 3, 4, 5])
    back = agreement.weighted_kappa(second, first, weights, scale=[1, 2, 3, 4, 5])
    assert there.value == pytest.approx(back.value, abs=1e-12, nan_ok=True)
    if np.isfinite(there.value):
        assert -1 <= there.low <= there.value + 1e-12
        assert there.value - 1e-12 <= there.high <= 1


@pytest.mark.parametrize("name", GOLDEN["krippendorff"])
@pytest.mark.parametrize("measurement", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorffs_alpha_agrees_with_its_definition_in_r(name, measurement):
    golden = GOLDEN["krippendorff"][name]
    found = agreement.krippendorff_alpha(golden["ratings"], measurement)
    assert found.value == pytest.approx(golden[measurement], abs=1e-9)


@pytest.mark.parametrize(
    ("measurement", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_alpha_reproduces_his_published_example(measurement, published):
    """Krippendorff (2011), Computing Krippendorff's alpha-reliability, the data with missing ratings."""
    found = agreement.krippendorff_alpha(GOLDEN["krippendorff"]["published"]["ratings"], measurement)
    assert round(found.value, 3) == published
    assert found.n == 11
    assert "1 of 12 targets" in found.note


def test_the_bootstrap_interval_holds_the_value_and_comes_back_with_its_seed():
    ratings = GOLDEN["krippendorff"]["panel"]["ratings"]
    first = agreement.krippendorff_alpha(ratings, seed=1)
    assert first == agreement.krippendorff_alpha(ratings, seed=1)
    assert first != agreement.krippendorff_alpha(ratings, seed=2)
    assert first.low < first.value < first.high
    narrow = agreement.krippendorff_alpha(ratings, level=0.5, seed=1)
    assert first.low < narrow.low < narrow.high < first.high


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        ([[3, 3], [3, 3]], "all ratings are equal"),
        ([[1, 2], [2, None], [None, 3]], "one target only"),
        ([[1, 1], [2, 2]], "resamples had only equal ratings"),
    ],
)
def test_krippendorffs_alpha_says_what_it_lacks(ratings, words):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = agreement.krippendorff_alpha(ratings)
    assert words in found.note


@pytest.mark.parametrize(
    "compute",
    [
        lambda: agreement.weighted_kappa([1, 2, 3], [1, 2]),
        lambda: agreement.weighted_kappa([1], [1]),
        lambda: agreement.weighted_kappa([1, np.inf], [1, 2]),
        lambda: agreement.weighted_kappa([1, np.nan], [np.nan, 2]),
        lambda: agreement.weighted_kappa([1, 7], [1, 2], scale=[1, 2, 3, 4, 5, 6]),
        lambda: agreement.weighted_kappa([1, 2], [1, 2], scale=[2, 1]),
        lambda: agreement.weighted_kappa([1, 2], [1, 2], weights="cubic"),
        lambda: agreement.weighted_kappa(np.linspace(0, 1, 200), np.linspace(0, 1, 200)),
        lambda: agreement.krippendorff_alpha([[1, np.nan], [np.nan, 2]]),
        lambda: agreement.krippendorff_alpha([[1, 2]]),
        lambda: agreement.krippendorff_alpha([[1], [2]]),
        lambda: agreement.krippendorff_alpha([[np.nan, np.nan], [np.nan, np.nan]]),
        lambda: agreement.krippendorff_alpha([[1, 2], [np.inf, 2]]),
        lambda: agreement.krippendorff_alpha([[1, -2], [1, 2]], "ratio"),
        lambda: agreement.krippendorff_alpha([[1, 2], [1, 2]], "metric"),
        lambda: agreement.krippendorff_alpha([[1, 2], [1, 2]], resamples=3),
    ],
)
def test_input_that_allows_no_agreement_is_refused_by_name(compute):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(StatisticsError):
            compute()
