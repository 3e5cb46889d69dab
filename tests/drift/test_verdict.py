"""Words for changes, and what a design could have seen."""

from __future__ import annotations

import math

import pytest
from numpy.testing import assert_allclose
from statsmodels.stats.power import TTestPower

from valuemap.drift.verdict import power, power_of, smallest_detectable, word_of_value


@pytest.mark.parametrize(
    ("d", "p", "p_equivalence", "word"),
    [
        (0.05, 0.6, 0.01, "stable"),
        (0.1, 0.001, 0.01, "stable"),  # significant, and shown to be immaterial
        (0.5, 0.001, 0.99, "drifted"),
        (0.3, 0.2, 0.7, "undecided"),
        (0.0, 1.0, 0.2, "undecided"),
    ],
)
def test_equivalence_comes_before_significance(d: float, p: float, p_equivalence: float, word: str) -> None:
    assert word_of_value(d, 0.2, p, p_equivalence, exact=False) == word


@pytest.mark.parametrize(("d", "word"), [(0.19, "stable"), (-0.19, "stable"), (0.2, "drifted"), (-0.5, "drifted")])
def test_an_exact_change_goes_by_its_size(d: float, word: str) -> None:
    assert word_of_value(d, 0.2, math.nan, math.nan, exact=True) == word


def test_without_an_error_nothing_is_decided() -> None:
    assert word_of_value(0.5, 0.2, math.nan, math.nan, exact=False) == "undecided"


@pytest.mark.parametrize("n", [4, 10, 40])
@pytest.mark.parametrize("effect", [0.1, 0.5, 1.2])
def test_power_is_that_of_the_paired_t_test(n: int, effect: float) -> None:
    expected = TTestPower().power(effect, n, 0.05)
    assert_allclose(power(1 / math.sqrt(n), n - 1, effect), expected, rtol=1e-6)


@pytest.mark.parametrize("n", [4, 10, 40])
def test_the_smallest_detectable_change_has_the_wished_power(n: int) -> None:
    found = smallest_detectable(1 / math.sqrt(n), n - 1)
    assert_allclose(found, TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8), rtol=1e-5)


def test_a_design_without_error_sees_everything_and_one_of_unknown_error_is_not_known() -> None:
    assert power_of(0.0, 5, 0.2, 1).detectable == 0
    assert power_of(0.0, 5, 0.2, 1).probability == 1
    assert power_of(1e-15, 5, 0.2, 1).detectable == 0  # what rounding leaves of no error
    assert math.isnan(power_of(math.nan, 0, 0.2, 1).detectable)
    assert power(0.001, 5, 0.2) == 1


def test_the_adjustment_over_many_tests_asks_for_a_larger_change() -> None:
    found = power_of(0.1, 36, 0.2, 20)
    assert found.strict > found.detectable
    assert_allclose(power(0.1, 36, found.strict, alpha=0.05 / 20), 0.8, rtol=1e-6)
    alone = power_of(0.1, 36, 0.2, 1)
    assert alone.strict == alone.detectable


@pytest.mark.parametrize("freedom", [1.0, 1.3, 2.0, 2.7, 3.0, 5.5, 80.0])
def test_few_degrees_of_freedom_have_a_smallest_change_too(freedom: float) -> None:
    found = smallest_detectable(0.1, freedom)
    assert_allclose(power(0.1, freedom, found), 0.8, atol=1e-6)
    strict = smallest_detectable(0.1, freedom, alpha=0.05 / 40)
    assert_allclose(power(0.1, freedom, strict, alpha=0.05 / 40), 0.8, atol=1e-6)
    for difference in (0.01, 1.0, 3.0, 10.0):
        assert 0 <= power(0.1, freedom, difference) <= 1
