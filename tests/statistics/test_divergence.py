"""Distances of profiles, distributions and samples agree with R, and a singular covariance is named."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuemap.errors import StatisticsError
from valuemap.statistics import divergence

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "divergence.json").read_text(encoding="utf-8"))
PROFILES = st.lists(st.integers(-30, 30).map(lambda tenths: tenths / 10), min_size=4, max_size=4)


@pytest.mark.parametrize("name", GOLDEN["profiles"])
def test_profile_distance_and_its_parts_agree_with_r(name):
    golden = GOLDEN["profiles"][name]
    found = divergence.profile_distance(golden["first"], golden["second"])
    assert (found.value, found.elevation, found.scatter, found.shape) == pytest.approx(
        (golden["squared"], golden["elevation"], golden["scatter"], golden["shape"]), abs=1e-9
    )
    assert found.distance == pytest.approx(np.sqrt(golden["squared"]), abs=1e-9)


@given(PROFILES, PROFILES)
def test_elevation_scatter_and_shape_sum_to_the_squared_distance(first, second):
    found = divergence.profile_distance(first, second)
    assert found.elevation + found.scatter + found.shape == pytest.approx(found.value, abs=1e-9)


def test_a_flat_profile_differs_in_no_shape():
    found = divergence.profile_distance([3, 3, 3], [1, 2, 6])
    assert found.shape == 0
    assert found.scatter == pytest.approx(14)


def test_mahalanobis_agrees_with_r_from_a_covariance_and_from_correlations_and_sds():
    golden = GOLDEN["mahalanobis"]
    covariance = divergence.covariance_from_correlations(golden["correlations"], golden["sds"])
    for matrix in (golden["covariance"], covariance):
        found = divergence.mahalanobis(golden["profile"], golden["mean"], matrix)
        assert found.value == pytest.approx(golden["squared"], abs=1e-9)
        assert found.distance == pytest.approx(np.sqrt(golden["squared"]), abs=1e-9)
        assert found.rank == 5
        assert "ingular" not in found.note


def test_a_singular_covariance_is_pseudo_inverted_and_named_with_its_rank():
    golden = GOLDEN["singular"]
    found = divergence.mahalanobis(golden["profile"], golden["mean"], golden["covariance"])
    assert found.value == pytest.approx(golden["squared"], abs=1e-9)
    assert found.rank == golden["rank"]
    assert "rank 4 of 5" in found.note
    assert "outside" not in found.note


def test_nineteen_centred_scores_have_rank_eighteen():
    """numpy's solve raises nothing on them and returns nonsense."""
    rng = np.random.default_rng(8)
    scores = rng.normal(size=(500, 19))
    centred = scores - scores.mean(axis=1, keepdims=True)
    found = divergence.mahalanobis(centred[0], centred.mean(axis=0), np.cov(centred, rowvar=False))
    assert found.rank == 18
    fewer = divergence.mahalanobis(centred[0, :18], centred[:, :18].mean(axis=0), np.cov(centred[:, :18], rowvar=False))
    assert found.value == pytest.approx(fewer.value, rel=1e-6)


def test_a_difference_outside_the_space_of_the_norm_is_told():
    found = divergence.mahalanobis([1, 1, 1], [0, 0, 0], np.diag([1, 1, 0]))
    assert found.value == pytest.approx(2)
    assert "33.3% of the squared difference lies outside" in found.note


def test_rounded_correlations_of_centred_scores_count_as_singular():
    """Rounding makes the zero eigenvalue a small one of either sign; inverted, it would rule the distance."""
    rounded = np.full((3, 3), -0.51)
    np.fill_diagonal(rounded, 1.0)
    assert np.linalg.eigvalsh(rounded)[0] < 0
    found = divergence.mahalanobis([1, 0, -1], [0, 0, 0], rounded)
    assert found.rank == 2
    assert found.value == pytest.approx(2 / 1.51)


def test_an_eigenvalue_no_larger_than_the_rounding_error_counts_as_zero():
    """One of the two is -0.001, so nobody can tell 0.0008 from zero."""
    covariance = np.array([[1, 1.001, 0, 0], [1.001, 1, 0, 0], [0, 0, 1, 0.9992], [0, 0, 0.9992, 1]])
    found = divergence.mahalanobis([1, 1, 1, 1], [0, 0, 0, 0], covariance)
    assert found.rank == 2
    assert found.value == pytest.approx(2 / 2.001 + 2 / 1.9992)


def test_a_nearly_singular_covariance_is_named():
    found = divergence.mahalanobis([1, 1], [0, 0], [[1, 0.99999], [0.99999, 1]])
    assert "Nearly singular" in found.note


@pytest.mark.parametrize("name", GOLDEN["correlations"])
def test_r_and_rho_with_their_intervals_agree_with_r(name):
    golden = GOLDEN["correlations"][name]
    r = divergence.pearson(golden["first"], golden["second"], golden["level"])
    rho = divergence.spearman(golden["first"], golden["second"], golden["level"])
    assert (r.value, r.low, r.high) == pytest.approx((golden["r"], golden["r_low"], golden["r_high"]), abs=1e-9)
    assert (rho.value, rho.low, rho.high) == pytest.approx(
        (golden["rho"], golden["rho_low"], golden["rho_high"]), abs=1e-9
    )


def test_pairs_with_a_missing_value_are_dropped_and_counted():
    found = divergence.pearson([1, 2, 3, 4, np.nan], [2, 1, 4, 3, 5])
    assert found.n == 4
    assert "1 of 5 pairs" in found.note


@pytest.mark.parametrize("correlate", [divergence.pearson, divergence.spearman])
@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([2, 2, 2, 2], [1, 2, 3, 4], "does not vary"),
        ([0.1 + 0.2, 0.3, 0.3, 0.3], [1, 2, 3, 4], "does not vary"),
        ([1, 2, 3], [1, 3, 2], "fewer than four"),
        ([1, 2, 3, 4, 5], [2, 4, 6, 8, 10], "±1"),
    ],
)
def test_a_correlation_says_what_it_lacks(correlate, first, second, words):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = correlate(first, second)
    assert np.isnan(found.low)
    assert words in found.note


@pytest.mark.parametrize("golden", GOLDEN["jensen_shannon"])
def test_jensen_shannon_agrees_with_r_in_bits(golden):
    found = divergence.jensen_shannon(golden["p"], golden["q"])
    assert found.value == pytest.approx(golden["bits"], abs=1e-9)


def test_jensen_shannon_is_the_divergence_and_not_its_root():
    assert divergence.jensen_shannon([1, 0], [0, 1]).value == 1
    assert divergence.jensen_shannon([0.5, 0.5], [1, 0]).value == pytest.approx(1.5 - 0.75 * np.log2(3), abs=1e-12)


@given(
    st.lists(st.integers(0, 20), min_size=6, max_size=6).filter(any),
    st.lists(st.integers(0, 20), min_size=6, max_size=6).filter(any),
)
def test_jensen_shannon_lies_between_nothing_and_one_bit_in_either_order(p, q):
    there, back = divergence.jensen_shannon(p, q).value, divergence.jensen_shannon(q, p).value
    assert 0 <= there <= 1
    assert there == pytest.approx(back, abs=1e-12)
    assert divergence.jensen_shannon(p, np.array(p) * 3).value == pytest.approx(0, abs=1e-12)


def test_distances_of_samples_on_one_scale_agree_with_r():
    golden = GOLDEN["one_scale"]
    x, y = golden["x"], golden["y"]
    assert divergence.wasserstein(x, y).value == pytest.approx(golden["wasserstein"], abs=1e-9)
    assert divergence.energy_distance(x, y).value == pytest.approx(golden["energy"], abs=1e-9)
    _assert_mmd(divergence.mmd(x, y), golden["mmd"])


def test_distances_of_samples_on_three_scales_agree_with_r():
    golden = GOLDEN["three_scales"]
    found = divergence.energy_distance(golden["x"], golden["y"])
    assert found.value == pytest.approx(golden["energy"], abs=1e-9)
    assert found.n == len(golden["x"]) + len(golden["y"])
    _assert_mmd(divergence.mmd(golden["x"], golden["y"]), golden["mmd"])


def _assert_mmd(found, golden):
    assert (found.value, found.bandwidth) == pytest.approx((golden["squared"], golden["bandwidth"]), abs=1e-9)
    assert found.distance == pytest.approx(np.sqrt(golden["squared"]), abs=1e-9)


def test_large_samples_are_summed_in_blocks_to_the_same_value(monkeypatch):
    golden = GOLDEN["three_scales"]
    whole = divergence.energy_distance(golden["x"], golden["y"]).value
    monkeypatch.setattr(divergence, "BLOCK", 7)
    assert divergence.energy_distance(golden["x"], golden["y"]).value == pytest.approx(whole, abs=1e-12)


def test_the_median_distance_of_many_rows_is_taken_over_some_and_the_note_says_so():
    rng = np.random.default_rng(9)
    found = divergence.mmd(rng.normal(size=1500), rng.normal(size=1500))
    assert "Bandwidth from 2000 rows" in found.note


@pytest.mark.parametrize(
    ("x", "y", "value"), [([1, 1], [1, 1], 0.0), ([1, 1, 1], [1, 1, 2], 2 / 9 * (1 - np.exp(-0.5)))]
)
def test_equal_rows_leave_no_bandwidth_or_one_from_those_that_differ(x, y, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = divergence.mmd(x, y)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert "equal" in found.note


@given(PROFILES, PROFILES)
def test_samples_are_at_no_distance_from_themselves_and_alike_in_either_order(x, y):
    for measure in (divergence.wasserstein, divergence.energy_distance, divergence.mmd):
        assert measure(x, x).value == pytest.approx(0, abs=1e-7)
        assert measure(x, y).value == pytest.approx(measure(y, x).value, abs=1e-7)


def test_incomplete_rows_are_dropped_and_counted():
    found = divergence.energy_distance([[1, 2], [np.nan, 3], [2, 2]], [[1, 1], [3, 4]])
    assert found.n == 4
    assert "x: 1 of 3 rows dropped" in found.note


@pytest.mark.parametrize(
    "compute",
    [
        lambda: divergence.profile_distance([1, 2, 3], [1, 2]),
        lambda: divergence.profile_distance([1, np.nan, 3], [np.nan, 2, 1]),
        lambda: divergence.profile_distance([1, np.inf], [1, 2]),
        lambda: divergence.pearson([1], [2]),
        lambda: divergence.spearman([np.nan, np.nan], [1, 2]),
        lambda: divergence.mahalanobis([1, 2], [0, 0], np.eye(3)),
        lambda: divergence.mahalanobis([1, 2], [0, 0, 0], np.eye(2)),
        lambda: divergence.mahalanobis([1, np.nan], [0, 0], np.eye(2)),
        lambda: divergence.mahalanobis([1, 2], [0, 0], [[1, 0.5], [0, 1]]),
        lambda: divergence.mahalanobis([1, 2], [0, 0], [[1, 2], [2, 1]]),
        lambda: divergence.mahalanobis([1, 2], [0, 0], np.zeros((2, 2))),
        lambda: divergence.covariance_from_correlations([[4, 1], [1, 9]], [2, 3]),
        lambda: divergence.covariance_from_correlations([[1, 0.5], [0.5, 1]], [2, 0]),
        lambda: divergence.jensen_shannon([0.5, 0.5], [0.2, 0.3, 0.5]),
        lambda: divergence.jensen_shannon([-0.5, 1.5], [0.5, 0.5]),
        lambda: divergence.jensen_shannon([0, 0], [0.5, 0.5]),
        lambda: divergence.jensen_shannon([np.nan, 1], [0.5, 0.5]),
        lambda: divergence.wasserstein([], [1, 2]),
        lambda: divergence.wasserstein([[1, 2]], [1, 2]),
        lambda: divergence.energy_distance([[1, 2]], [[1, 2, 3]]),
        lambda: divergence.mmd([[np.nan, 1], [1, np.nan]], [[1, 2]]),
    ],
)
def test_input_that_allows_no_distance_is_refused_by_name(compute):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(StatisticsError):
            compute()
