"""Effect sizes, equivalence tests and adjusted p-values agree with R."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuemap.errors import StatisticsError
from valuemap.statistics import effects

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "effects.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", GOLDEN["standardised"])
def test_cohens_d_and_its_noncentral_interval_agree_with_r(name):
    golden = GOLDEN["standardised"][name]
    found = effects.cohens_d(golden["x"], golden["y"], golden["level"])
    assert (found.value, found.low, found.high) == pytest.approx(
        (golden["d"], golden["d_low"], golden["d_high"]), abs=1e-9
    )
    assert (found.n, found.df) == (len(golden["x"]) + len(golden["y"]), golden["df"])


@pytest.mark.parametrize("name", GOLDEN["standardised"])
def test_hedges_g_has_the_exact_small_sample_factor(name):
    golden = GOLDEN["standardised"][name]
    found = effects.hedges_g(golden["x"], golden["y"], golden["level"])
    assert (found.value, found.low, found.high) == pytest.approx(
        (golden["g"], golden["g_low"], golden["g_high"]), abs=1e-9
    )


def test_the_interval_is_not_pingouins_approximation():
    import pingouin

    golden = GOLDEN["standardised"]["moderate"]
    nx, ny = len(golden["x"]), len(golden["y"])
    approximate = pingouin.compute_esci(golden["d"], nx, ny, eftype="cohen", decimals=9)
    found = effects.cohens_d(golden["x"], golden["y"])
    assert abs(found.low - approximate[0]) > 1e-4


def test_a_difference_of_very_many_sds_still_has_an_interval_or_says_that_it_has_none():
    repeats = np.array([0.0, 0.1, 0.2, 0.1, 0.05, 0.0])
    large = effects.cohens_d(repeats + 10, repeats)
    assert large.low < large.value < large.high
    beyond = effects.cohens_d(repeats + 1e6, repeats)
    assert np.isnan(beyond.low)
    assert "too many SDs" in beyond.note


@pytest.mark.parametrize("name", GOLDEN["norm"])
def test_difference_from_a_norm_in_its_sds_agrees_with_r(name):
    golden = GOLDEN["norm"][name]
    found = effects.norm_difference(golden["x"], golden["mean"], golden["sd"])
    assert (found.value, found.low, found.high) == pytest.approx(
        (golden["value"], golden["low"], golden["high"]), abs=1e-9
    )


def test_difference_from_a_norm_of_one_score_has_no_interval():
    """The published z of the LEAS study: 85 and 98 against women's 58.94 (9.16)."""
    for score, published in ((85, 2.84), (98, 4.26)):
        found = effects.norm_difference([score], 58.94, 9.16)
        assert found.value == pytest.approx(published, abs=0.01)
        assert "No interval" in found.note


@pytest.mark.parametrize("name", GOLDEN["tost"])
def test_equivalence_of_two_samples_agrees_with_r(name):
    golden = GOLDEN["tost"][name]
    found = effects.tost(golden["x"], golden["y"], golden["bound"], golden["alpha"])
    _assert_equivalence(found, golden)
    assert found.n == len(golden["x"]) + len(golden["y"])


@pytest.mark.parametrize("name", GOLDEN["tost_one_sample"])
def test_equivalence_with_a_fixed_mean_agrees_with_r(name):
    golden = GOLDEN["tost_one_sample"][name]
    found = effects.tost_one_sample(golden["x"], golden["mean"], golden["bound"], golden["alpha"])
    _assert_equivalence(found, golden)


def _assert_equivalence(found, golden):
    assert (found.value, found.low, found.high, found.df, found.p_lower, found.p_upper) == pytest.approx(
        tuple(golden[key] for key in ("difference", "low", "high", "df", "p_lower", "p_upper")), abs=1e-9
    )
    assert found.p == max(found.p_lower, found.p_upper)
    assert found.equivalent == (max(golden["p_lower"], golden["p_upper"]) < golden["alpha"])
    inside = -golden["bound"] < found.low and found.high < golden["bound"]
    assert found.equivalent == inside


def test_the_golden_cases_hold_both_verdicts():
    verdicts = {max(case["p_lower"], case["p_upper"]) < case["alpha"] for case in GOLDEN["tost"].values()}
    assert verdicts == {True, False}


@pytest.mark.parametrize("name", ["adjust", "adjust_missing"])
def test_adjusted_p_values_are_those_of_p_adjust(name):
    golden = GOLDEN[name]
    found = effects.adjust(golden["p"])
    np.testing.assert_allclose(np.array(found), np.array(golden["adjusted"], dtype=float), rtol=1e-14, atol=0)
    assert found.n == sum(p is not None for p in golden["p"])
    assert bool(found.note) == (None in golden["p"])


def test_missing_scores_are_dropped_and_counted():
    found = effects.cohens_d([1, 2, np.nan, 4], [2, 3, 5])
    assert found == effects.StandardisedDifference(
        found.value, found.low, found.high, 6, "x: 1 of 4 values dropped as missing.", 4.0
    )
    assert found.value == effects.cohens_d([1, 2, 4], [2, 3, 5]).value


@pytest.mark.parametrize(
    "compute",
    [
        lambda: effects.cohens_d([2, 2, 2], [3, 3, 3]),
        lambda: effects.hedges_g([2, 2, 2], [2, 2, 2]),
        lambda: effects.tost([2, 2, 2], [3, 3, 3], 0.5),
        lambda: effects.tost_one_sample([0.1, 0.1, 0.1], 0.1, 0.5),
        lambda: effects.norm_difference([0.1, 0.1, 0.1], 0.2, 1),
    ],
)
def test_identical_repeats_give_a_sentence_instead_of_an_error_term(compute):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compute()
    assert np.isnan(found.low)
    assert "var" in found.note


@pytest.mark.parametrize(
    "compute",
    [
        lambda: effects.cohens_d([4, 4, 4], [3, 4, 5]),
        lambda: effects.tost([4, 4, 4], [3, 4, 5], 0.5),
        lambda: effects.tost_one_sample([4 + 1e-10, 4, 4], 4, 0.5),
    ],
)
def test_one_sample_of_identical_repeats_is_compared_without_a_warning(compute):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compute()
    assert found.low < found.value < found.high


def test_what_cannot_be_tested_is_neither_equivalent_nor_not():
    assert effects.tost([2, 2, 2], [2, 2, 2], 0.5).equivalent is None


@pytest.mark.parametrize(
    "compute",
    [
        lambda: effects.cohens_d([1], [2, 3]),
        lambda: effects.cohens_d([1, np.nan], [2, 3]),
        lambda: effects.cohens_d([np.nan, np.nan], [2, 3]),
        lambda: effects.cohens_d([1, np.inf], [2, 3]),
        lambda: effects.cohens_d([[1, 2], [3, 4]], [2, 3]),
        lambda: effects.cohens_d([1, 2], [2, 3], level=95),
        lambda: effects.norm_difference([1, 2], 3, 0),
        lambda: effects.norm_difference([1, 2], np.nan, 1),
        lambda: effects.tost([1, 2], [2, 3], bound=-1),
        lambda: effects.tost([1, 2], [2, 3], bound=1, alpha=0.6),
        lambda: effects.adjust([0.1, 1.2]),
        lambda: effects.adjust([np.nan, np.nan]),
        lambda: effects.adjust([]),
    ],
)
def test_input_that_allows_no_answer_is_refused_by_name(compute):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(StatisticsError):
            compute()


@given(
    st.lists(st.integers(1, 60).map(float), min_size=3, max_size=15),
    st.lists(st.integers(1, 60).map(float), min_size=3, max_size=15),
)
def test_d_changes_its_sign_with_the_order_and_lies_in_its_interval(x, y):
    there, back = effects.cohens_d(x, y), effects.cohens_d(y, x)
    assert there.value == pytest.approx(-back.value, abs=1e-9, nan_ok=True)
    if np.isfinite(there.low):
        assert there.low < there.value < there.high
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-6, rel=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_never_fall_below_the_raw_ones_and_keep_their_order(p):
    adjusted = np.array(effects.adjust(p))
    assert (adjusted >= np.array(p) * (1 - 1e-12)).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= -1e-15).all()
