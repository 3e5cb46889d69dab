"""Change points: the best of all segmentations, and honest words about how little a few points can say."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from valuemap.errors import StatisticsError
from valuemap.statistics.changes import change_points

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "control.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", GOLDEN["segments"])
def test_the_segments_are_the_best_of_all_that_r_tries(name):
    golden = GOLDEN["segments"][name]
    assert list(change_points(golden["z"]).starts) == golden["starts"]


@pytest.mark.parametrize("points", [1, 2, 3])
def test_in_fewer_than_four_points_none_is_sought(points):
    found = change_points(np.zeros((points, 2)))
    assert (found.starts, found.best) == ((), None)
    assert math.isnan(found.p)
    assert "it takes 4" in found.note


def test_the_smallest_p_of_few_points_is_said_and_reached():
    for points, smallest in ((4, 1 / 3), (5, 1 / 5), (6, 1 / 10), (7, 2 / 35)):
        series = np.r_[np.zeros(points // 2), np.full(points - points // 2, 9.0)] + np.arange(points) * 1e-3
        found = change_points(series[:, None])
        assert found.smallest_p == pytest.approx(smallest)
        assert found.p == pytest.approx(smallest)
        assert found.best == points // 2


def test_p_is_no_smaller_than_it_should_be_without_a_change():
    rng = np.random.default_rng(3)
    ps = np.array([change_points(rng.normal(size=(7, 4))).p for _ in range(200)])
    assert (ps <= 0.1).mean() <= 0.16
    assert 0.4 < ps.mean() < 0.6


def test_a_lasting_change_in_many_points_is_found_with_its_place():
    z = np.random.default_rng(4).normal(size=(20, 3))
    z[12:] += [2.0, 0, -2.0]
    found = change_points(z)
    assert found.starts == (12,)
    assert found.best == 12
    assert found.p == found.smallest_p == pytest.approx(1 / 2000)


def test_the_same_seed_gives_the_same_p():
    z = np.random.default_rng(5).normal(size=(12, 2))
    assert change_points(z, seed=3) == change_points(z, seed=3)


def test_a_variable_with_a_gap_is_left_out():
    z = np.random.default_rng(6).normal(size=(9, 2))
    gap = np.column_stack([z, np.r_[math.nan, np.zeros(8)]])
    assert change_points(gap) == change_points(z)
    with pytest.raises(StatisticsError, match="every variable"):
        change_points([[math.nan], [1.0], [1.0], [1.0]])
