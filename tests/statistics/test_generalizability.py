"""Variance components, coefficients and designs against lme4 and R's mean squares (tests/golden/generalizability.R)."""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valuemap.errors import StatisticsError
from valuemap.statistics import generalizability as g

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def golden():
    return json.loads((GOLDEN / "generalizability.json").read_text())


def read(name):
    return pd.read_csv(GOLDEN / "data" / f"generalizability_{name}.csv")


@pytest.fixture(scope="module")
def three():
    return read("three")


@pytest.fixture(scope="module")
def two():
    return read("two")


@pytest.fixture(scope="module")
def study(three):
    return g.variance_components(three, "score", ["item", "wording", "order"])


@pytest.fixture
def loud():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def assert_components(found, expected, tolerance=1e-3):
    for name, value in expected.items():
        label = "residual" if name == "Residual" else name.replace(":", " × ")
        assert found[label].value == pytest.approx(value, abs=tolerance), name


# ---- components


def test_three_facets_with_repeats_agree_with_lme4(golden, study, loud):
    assert_components(study, golden["three"]["components"], 1e-5)
    assert study.levels == {"item": 12, "wording": 5, "order": 4}
    assert (study.n, study.repeats, study.note) == (960, 4.0, "")
    assert sum(component.share for component in study.components) == pytest.approx(1.0)


def test_a_fixed_facet_agrees_with_lme4(golden, three, loud):
    found = g.variance_components(three, "score", ["item", "wording", "order"], fixed=["order"])
    assert_components(found, golden["fixed"]["components"], 1e-5)
    assert np.isnan(found["order"].low)
    assert "fixed" in found["order"].note


def test_two_facets_without_repeats_agree_with_lme4(golden, two, loud):
    found = g.variance_components(two, "score", ["person", "item"])
    assert_components(found, golden["two"]["components"], 1e-6)
    assert [component.name for component in found.components] == ["person", "item", "residual"]
    assert "residual includes person × item" in found.note
    squares = golden["two"]["mean_squares"]
    assert found["person"].mean_square == pytest.approx(squares["person"], rel=1e-9)
    assert found["residual"].mean_square == pytest.approx(squares["Residuals"], rel=1e-9)


def test_four_facets_have_rs_mean_squares_and_add_up_to_them_again(golden, loud):
    """Oracle of the components: the expected mean squares that they imply are the mean squares found."""
    expected = golden["four"]
    found = g.variance_components(read("four"), "score", ["item", "wording", "order", "framing"])
    raw = {}
    for name, square in expected["mean_squares"].items():
        component = found["residual" if name == "Residuals" else name.replace(":", " × ")]
        assert component.mean_square == pytest.approx(square, rel=1e-8), name
        assert component.df == expected["df"][name]
        raw[frozenset(component.facets)] = square
    everything = frozenset(found.levels)
    signed = {}
    for facets in [key for key in raw if key]:
        total = sum((-1) ** len(other - facets) * raw[other] for other in raw if other >= facets)
        total += (-1) ** len(everything - facets) * raw[frozenset()]
        signed[facets] = total / math.prod(found.levels[facet] for facet in everything - facets)
    for facets, value in signed.items():
        assert found[" × ".join(facets)].value == pytest.approx(max(value, 0.0), abs=1e-9)
    negative = {facets for facets, value in signed.items() if value < 0}
    assert negative, "these data no longer have a negative component"
    for component in found.components:
        assert ("Negative" in component.note) == (frozenset(component.facets) in negative)


def test_unequal_repeats_enter_by_their_cell_means(golden, three, loud):
    """Oracle: the mean squares of the cell means and the residual within cells, from lm in R."""
    expected = golden["uneven"]
    uneven = three.drop(index=[row - 1 for row in expected["dropped"]])
    found = g.variance_components(uneven, "score", ["item", "wording", "order"])
    assert found.repeats == pytest.approx(expected["harmonic"], rel=1e-9)
    assert found["residual"].value == pytest.approx(expected["within"], rel=1e-9)
    assert found["residual"].df == expected["within_df"]
    cells = dict(expected["cell_mean_squares"])
    cells["item:wording:order"] = cells.pop("Residuals")
    for name, square in cells.items():
        assert found[name.replace(":", " × ")].mean_square / found.repeats == pytest.approx(square, rel=1e-8)
    assert "unequal" in found.note


def test_missing_values_become_unequal_repeats_and_are_counted(golden, three):
    holes = three.copy()
    holes.loc[[row - 1 for row in golden["uneven"]["dropped"]], "score"] = np.nan
    found = g.variance_components(holes, "score", ["item", "wording", "order"])
    assert found["residual"].value == pytest.approx(golden["uneven"]["within"], rel=1e-9)
    assert "7 of 960 rows" in found.note


def test_the_order_of_rows_and_facets_does_not_matter(three, study):
    shuffled = three.sample(frac=1, random_state=3)
    found = g.variance_components(shuffled, "score", ["order", "item", "wording"])
    for component in study.components:
        assert found[component.name].value == pytest.approx(component.value, abs=1e-9)


def test_a_negative_component_is_set_to_zero_and_says_so():
    rows = [(a, b, k, (a - 2) * (b - 2.0) + 0.1 * k) for a in (1, 2, 3) for b in (1, 2, 3) for k in (-1, 1)]
    table = pd.DataFrame(rows, columns=["a", "b", "repeat", "x"])
    found = g.variance_components(table, "x", ["a", "b"])
    assert found["a"].value == 0.0
    assert "Negative estimate" in found["a"].note
    assert found["a"].low == 0.0 <= found["a"].high


def test_a_large_level_does_not_swallow_small_differences(three, study):
    moved = g.variance_components(
        three.assign(score=three["score"] * 1e-3 + 1e6), "score", ["item", "wording", "order"]
    )
    assert moved["order"].value == pytest.approx(study["order"].value * 1e-6, rel=1e-3)


# ---- intervals


def test_the_residuals_interval_is_the_chi_square_one(golden, two):
    """Within the Monte-Carlo error of 10,000 draws."""
    found = g.variance_components(two, "score", ["person", "item"])["residual"]
    assert found.low == pytest.approx(golden["two"]["residual_low"], rel=0.01)
    assert found.high == pytest.approx(golden["two"]["residual_high"], rel=0.01)


def test_intervals_are_seeded(two):
    low = [g.variance_components(two, "score", ["person", "item"], seed=seed)["person"].low for seed in (1, 1, 2)]
    assert low[0] == low[1] != low[2]


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(77)
    persons, items = np.divmod(np.arange(15 * 6), 6)
    truth = {"person": 1.0, "item": 0.5, "residual": 1.0}
    covered = dict.fromkeys(truth, 0)
    for _ in range(200):
        x = rng.standard_normal(15)[persons] + rng.normal(0, 0.5**0.5, 6)[items] + rng.standard_normal(90)
        found = g.variance_components(pd.DataFrame({"person": persons, "item": items, "x": x}), "x", ["person", "item"])
        for name, value in truth.items():
            covered[name] += found[name].low <= value <= found[name].high
    assert all(0.90 <= count / 200 <= 0.995 for count in covered.values()), covered


# ---- coefficients


def test_coefficients_of_persons_by_items_agree_with_feldt_and_lme4(golden, two, loud):
    expected = golden["two"]
    found = g.coefficients(g.variance_components(two, "score", ["person", "item"]), "person")
    assert found.relative.value == pytest.approx(expected["relative"], abs=1e-6)
    assert found.absolute.value == pytest.approx(expected["absolute"], abs=1e-6)
    assert found.relative.low == pytest.approx(expected["low"], abs=0.01)
    assert found.relative.high == pytest.approx(expected["high"], abs=0.005)
    assert found.se_relative.value == pytest.approx(expected["se_relative"], abs=1e-6)
    assert found.se_absolute.value == pytest.approx(expected["se_absolute"], abs=1e-6)
    assert found.se_absolute.low < found.se_absolute.value < found.se_absolute.high


def test_three_random_facets_follow_the_books_formula(golden, study):
    """Brennan (2001), chapter 4, spelled out for one object and two facets, with lme4's components."""
    v = golden["three"]["components"]
    w, o, r = 3, 2, 5
    relative = (
        v["item:wording"] / w + v["item:order"] / o + v["item:wording:order"] / (w * o) + v["Residual"] / (w * o * r)
    )
    absolute = relative + v["wording"] / w + v["order"] / o + v["wording:order"] / (w * o)
    found = g.coefficients(study, "item", {"wording": w, "order": o}, repeats=r)
    assert found.universe_variance == pytest.approx(v["item"], abs=1e-5)
    assert found.relative.value == pytest.approx(v["item"] / (v["item"] + relative), abs=1e-5)
    assert found.absolute.value == pytest.approx(v["item"] / (v["item"] + absolute), abs=1e-5)
    assert found.se_relative.value == pytest.approx(math.sqrt(relative), abs=1e-5)
    assert found.se_absolute.value == pytest.approx(math.sqrt(absolute), abs=1e-5)


def test_a_fixed_facet_gives_no_error_and_its_interaction_belongs_to_the_object(golden, three):
    v = golden["fixed"]["components"]
    study = g.variance_components(three, "score", ["item", "wording", "order"], fixed=["order"])
    found = g.coefficients(study, "item", {"wording": 2}, repeats=1)
    universe = v["item"] + v["item:order"] / 4
    relative = v["item:wording"] / 2 + v["item:wording:order"] / 8 + v["Residual"] / 8
    absolute = relative + v["wording"] / 2 + v["wording:order"] / 8
    assert found.universe_variance == pytest.approx(universe, abs=1e-5)
    assert found.relative.value == pytest.approx(universe / (universe + relative), abs=1e-5)
    assert found.absolute.value == pytest.approx(universe / (universe + absolute), abs=1e-5)


def test_repeats_alone_do_not_make_a_value_sure(study):
    """A thousand repeats of the one wording and order: the error of that wording remains."""
    once = g.coefficients(study, "item", {"wording": 1, "order": 1}, repeats=1)
    often = g.coefficients(study, "item", {"wording": 1, "order": 1}, repeats=1000)
    spread = g.coefficients(study, "item", {"wording": 5, "order": 4}, repeats=1)
    assert often.se_absolute.value**2 > once.se_absolute.value**2 - study["residual"].value
    assert spread.se_absolute.value < often.se_absolute.value


def test_without_a_design_the_one_observed_is_judged(study):
    found = g.coefficients(study, "item")
    assert (found.levels, found.repeats) == ({"wording": 5, "order": 4}, 4.0)


def test_answers_that_never_vary_have_no_coefficient_and_say_so(loud):
    table = pd.DataFrame({"item": [1, 1, 2, 2] * 2, "wording": [1, 2] * 4, "x": 0.1})
    study = g.variance_components(table, "x", ["item", "wording"])
    assert [component.value for component in study.components] == [0.0] * 4
    found = g.coefficients(study, "item")
    assert np.isnan(found.relative.value)
    assert "Nothing varies" in found.relative.note
    assert found.se_absolute.value == 0.0


# ---- designs


def test_the_smallest_designs_are_those_an_exhaustive_search_finds(study):
    target = 0.5
    found = g.smallest_designs(study, "item", target, {"wording": 8, "order": 4}, largest_repeats=3)
    error = {
        (w, o, r): g.coefficients(study, "item", {"wording": w, "order": o}, repeats=r).se_absolute.value
        for w in range(1, 9)
        for o in range(1, 5)
        for r in range(1, 4)
    }
    enough = {place for place, value in error.items() if value <= target}
    one_less = lambda place: {tuple(n - (k == axis) for k, n in enumerate(place)) for axis in range(3)}  # noqa: E731
    minimal = {place for place in enough if not one_less(place) & enough}
    assert minimal, "the target is out of reach in these data"
    places = [(design.levels["wording"], design.levels["order"], design.repeats) for design in found.designs]
    assert set(places) == minimal
    assert [design.answers for design in found.designs] == sorted(math.prod(place) for place in places)
    for design, place in zip(found.designs, places, strict=True):
        assert design.standard_error == pytest.approx(error[place], rel=1e-12)


def test_the_relative_error_needs_less(study):
    largest = {"wording": 30, "order": 4}
    absolute = g.smallest_designs(study, "item", 0.4, largest).designs[0]
    relative = g.smallest_designs(study, "item", 0.4, largest, error="relative").designs[0]
    assert relative.answers < absolute.answers


def test_an_unreachable_target_is_said_and_the_best_is_given(study):
    found = g.smallest_designs(study, "item", 0.01, {"wording": 3}, largest_repeats=2)
    assert found.designs == ()
    assert "reaches" in found.note
    assert (found.largest.levels, found.largest.repeats) == ({"wording": 3, "order": 4}, 2)
    expected = g.coefficients(study, "item", {"wording": 3}, repeats=2).se_absolute.value
    assert found.largest.standard_error == pytest.approx(expected)


# ---- refusals


@pytest.mark.parametrize(
    ("spoil", "facets", "fixed", "words"),
    [
        (lambda t: t, ["item", "nosuch"], [], "no column nosuch"),
        (lambda t: t, [], [], "facets"),
        (lambda t: t, "item", [], "facets"),
        (lambda t: t, ["item", "item"], [], "facets"),
        (lambda t: t, ["item"], ["order"], "fixed"),
        (lambda t: t[t["order"] == 1], ["item", "wording", "order"], [], "order has one level"),
        (lambda t: t[(t["order"] != 2) | (t["item"] != 3)], ["item", "order"], [], "item 3, order 2"),
        (lambda t: t.assign(score=np.nan), ["item"], [], "missing"),
        (lambda t: t.assign(score=np.inf), ["item"], [], "infinite"),
        (lambda t: t.assign(score="yes"), ["item"], [], "number"),
        (lambda t: t.iloc[:1], ["item"], [], "least"),
    ],
)
def test_what_is_no_crossed_design_is_refused_in_words(spoil, facets, fixed, words, three, loud):
    with pytest.raises(StatisticsError, match=words):
        g.variance_components(spoil(three), "score", facets, fixed)


@pytest.mark.parametrize(
    ("measured", "levels", "repeats", "words"),
    [
        ("nosuch", {}, None, "nosuch"),
        ("item", {"nosuch": 2}, None, "nosuch"),
        ("item", {"item": 2}, None, "what is measured"),
        ("item", {"wording": 0}, None, "whole number"),
        ("item", {"wording": 1.5}, None, "whole number"),
        ("item", {}, 0, "repeats"),
    ],
)
def test_an_impossible_design_is_refused_in_words(measured, levels, repeats, words, study):
    with pytest.raises(StatisticsError, match=words):
        g.coefficients(study, measured, levels, repeats)


def test_fixed_facets_stay_as_they_are(three):
    study = g.variance_components(three, "score", ["item", "wording", "order"], fixed=["order"])
    with pytest.raises(StatisticsError, match="fixed"):
        g.coefficients(study, "order")
    with pytest.raises(StatisticsError, match="fixed"):
        g.coefficients(study, "item", {"order": 2})


def test_repeats_cannot_be_planned_from_a_study_without_them(two):
    study = g.variance_components(two, "score", ["person", "item"])
    with pytest.raises(StatisticsError, match="one answer in each cell"):
        g.coefficients(study, "person", repeats=2)


def test_bad_targets_and_endless_grids_are_refused(study):
    with pytest.raises(StatisticsError, match="target"):
        g.smallest_designs(study, "item", 0, {"wording": 2})
    with pytest.raises(StatisticsError, match="error"):
        g.smallest_designs(study, "item", 1, {"wording": 2}, error="both")
    with pytest.raises(StatisticsError, match="too many"):
        g.smallest_designs(study, "item", 1, {"wording": 10_000, "order": 10_000})


def test_an_unknown_component_names_those_there_are(study):
    with pytest.raises(StatisticsError, match="item × wording"):
        study["colour"]


def test_three_repeats_in_every_cell_are_equal_numbers_of_repeats() -> None:
    table = pd.DataFrame(
        [(s, w, (7 * s + 3 * w + r) % 5) for s in range(4) for w in range(2) for r in range(3)],
        columns=["scale", "wording", "score"],
    )
    assert "unequal" not in g.variance_components(table, "score", ["scale", "wording"]).note
