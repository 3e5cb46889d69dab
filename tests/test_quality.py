"""The verdict: the right word for respondents of known truth, with the evidence and the reasons in words."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.verdict_calibration import BIAS_OR_NOISE, PURE, threshold_rows
from tests.simulation import simulate
from valuemap.catalog import find_instrument, find_norm
from valuemap.errors import StudyError
from valuemap.instrument import Instrument, load_instrument
from valuemap.quality import THRESHOLDS, Threshold, Verdict, assess, verdicts
from valuemap.respondents.simulated import SimulatedProfile, preset
from valuemap.scoring.answers import NOT_ASKED, STATE_CODES, Answers
from valuemap.statistics.circle import structural_summary
from valuemap.study import State

PVQ_RR, PVQ_21 = find_instrument("pvq-rr"), find_instrument("pvq-21")
PAGE = (Path(__file__).parents[1] / "docs" / "calibration.md").read_text(encoding="utf-8")
BY_NAME = {threshold.name: threshold for threshold in THRESHOLDS}


def clean(**fields: object) -> SimulatedProfile:
    return preset("clean", PVQ_RR).model_copy(update=fields)


def with_values(answers: Answers, values: np.ndarray) -> Answers:
    states = np.where(np.isnan(values), STATE_CODES[State.REFUSED], STATE_CODES[State.VALID]).astype(np.int8)
    return replace(answers, values=values, states=states)


def people(n: int = 200, instrument: Instrument = PVQ_21, **fields: object) -> Answers:
    """People who answered a printed form once each, in one order."""
    profile = preset("clean", instrument).model_copy(update={"noise": 1.0, **fields})
    answers = simulate(profile, instrument, wordings=("w",), option_orders=("ascending",), repeats=n)
    table = answers.administrations.assign(kind="person", respondent=[str(number) for number in range(n)])
    return replace(answers, administrations=table)


def bad(verdict: Verdict) -> set[str]:
    return {piece.name for piece in verdict.evidence if piece.grade == "bad"}


# The right word


@pytest.mark.parametrize(
    ("name", "mode", "word"),
    [
        ("clean", "sample", "interpretable"),
        ("clean", "distribution", "interpretable"),
        ("noisy", "sample", "interpretable with care"),
        ("acquiescent", "sample", "interpretable with care"),
        ("acquiescent", "distribution", "interpretable with care"),
        ("position", "sample", "not interpretable"),
        ("position", "distribution", "not interpretable"),
        ("constant", "sample", "not interpretable"),
        ("constant", "distribution", "not interpretable"),
        ("refusing", "sample", "not interpretable"),
        ("refusing", "distribution", "not interpretable"),
    ],
)
def test_ready_made_respondents(name: str, mode: str, word: str) -> None:
    verdict = assess(simulate(preset(name, PVQ_RR), PVQ_RR, mode=mode, seed=1))  # type: ignore[arg-type]
    assert verdict.word == word
    assert bool(verdict.reasons) == (word != "interpretable")


def test_the_reasons_are_those_of_the_worst_grade() -> None:
    position = assess(simulate(preset("position", PVQ_RR), PVQ_RR))
    assert {reason.split(":")[0] for reason in position.reasons} == bad(position)
    assert {"Position effect", "Top printed code", "Option orders (r)"} <= bad(position)
    agreeing = assess(simulate(preset("acquiescent", PVQ_RR), PVQ_RR))
    assert len(agreeing.reasons) == 1
    assert agreeing.reasons[0].startswith("Agreeing: the mean answer is 5.")


def test_a_model_whose_item_means_turn_round_with_the_options_is_not_interpretable() -> None:
    answers = simulate(clean(wording_spread=0.0), PVQ_RR, mode="distribution")
    descending = (answers.administrations["option_order"] == "descending").to_numpy()
    mirrored = replace(
        answers,
        values=np.where(descending[:, None], 7 - answers.values, answers.values),
        probabilities=np.where(descending[:, None, None], answers.probabilities[:, :, ::-1], answers.probabilities),
    )
    verdict = assess(mirrored)
    assert verdict.word == "not interpretable"
    assert verdict.piece("Option orders (r)").figure == pytest.approx(-1)
    assert {"Option orders (r)", "Signal test (p)", "Signal share (G)"} <= bad(verdict)


def test_refusing_one_scale_asks_for_care_and_refusing_it_wholly_rules_the_profile_out() -> None:
    answers = simulate(clean(), PVQ_RR)
    power = np.array(next(scale for scale in PVQ_RR.scales_of("values") if scale.id == "POD").items) - 1
    some, none = answers.values.copy(), answers.values.copy()
    some[:7, power] = np.nan
    none[:, power] = np.nan
    with_some, with_none = assess(with_values(answers, some)), assess(with_values(answers, none))
    assert with_some.word == "interpretable with care"
    assert with_some.reasons == ("Valid by scale: Power: dominance has the fewest valid answers: 39 of 60",)
    assert with_none.word == "not interpretable"
    assert "Valid by scale" in bad(with_none)


# What was not measured


def test_one_option_order_asks_for_care_and_says_so_once() -> None:
    verdict = assess(simulate(clean(), PVQ_RR, option_orders=("ascending",)))
    assert verdict.word == "interpretable with care"
    assert [reason for reason in verdict.reasons if "only one order of the options" in reason] == list(verdict.reasons)


def test_a_single_administration_asks_for_care() -> None:
    answers = simulate(clean(), PVQ_RR, wordings=("en-a",), option_orders=("ascending",), repeats=1)
    verdict = assess(answers)
    assert verdict.word == "interpretable with care"
    assert any("one administration only" in reason for reason in verdict.reasons)


def test_one_wording_alone_is_a_lesser_matter() -> None:
    verdict = assess(simulate(clean(), PVQ_RR, wordings=("en-a",)))
    assert verdict.word == "interpretable"
    assert verdict.piece("Wordings (r)").grade == "not measured"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "case",
    [
        "nothing valid", "one answer", "one item", "one pass", "one value", "nothing asked", "a hole", "small",
        "nobody left", "nobody answered",
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_said_in_words_and_never_nan(case: str, small_folder: Path) -> None:
    answers = odd(case, small_folder)
    verdict = assess(answers)
    for piece in verdict.evidence:
        numbers = [n for n in (piece.figure, piece.low, piece.high) if n is not None]
        assert all(math.isfinite(n) for n in numbers), piece
        assert piece.reason
        assert not re.search(r"\bnan\b", piece.reason, re.IGNORECASE)
        assert (piece.figure is None) == (piece.grade == "not measured")
    if case in ("nothing valid", "one answer", "one value", "nothing asked", "nobody left", "nobody answered"):
        assert verdict.word == "not interpretable"
    elif case not in ("a hole", "small"):
        assert verdict.word != "interpretable"


def odd(case: str, small_folder: Path) -> Answers:
    answers = simulate(clean(), PVQ_RR)
    values = np.full_like(answers.values, np.nan)
    if case == "one answer":
        values[0, 0] = 3
    elif case == "one item":
        values[:, 0] = answers.values[:, 0]
    elif case == "one pass":
        values[3] = answers.values[3]
    elif case == "one value":
        values[:] = 6
    elif case == "a hole":
        values = answers.values.copy()
        values[:, 5] = np.nan
    elif case == "nothing asked":
        return replace(with_values(answers, values), states=np.full_like(answers.states, NOT_ASKED))
    elif case == "small":
        small = load_instrument(small_folder)
        return simulate(SimulatedProfile(name="s", true={"A": 1.0, "B": -1.0}), small, wordings=("w1", "w2"))
    elif case == "nobody left":
        return people(constant_bias=1.0)
    elif case == "nobody answered":
        return with_values(people(), np.full((200, 21), np.nan))
    return with_values(answers, values)


def test_there_is_nothing_to_judge_in_an_empty_study() -> None:
    answers = simulate(clean(), PVQ_RR)
    with pytest.raises(StudyError, match="no answers yet"):
        assess(answers.where(np.zeros(20, dtype=bool)))


def test_a_verdict_is_about_one_respondent() -> None:
    answers = simulate(clean(), PVQ_RR)
    names = ["a"] * 10 + ["b"] * 10
    two = replace(answers, administrations=answers.administrations.assign(respondent=names))
    with pytest.raises(StudyError, match="one respondent"):
        assess(two)
    assert list(verdicts(two)) == ["a", "b"]


def test_the_same_answers_give_the_same_verdict() -> None:
    answers = simulate(preset("noisy", PVQ_RR), PVQ_RR, seed=5)
    assert assess(answers) == assess(answers)


# People


def test_people_are_judged_by_what_applies_to_them() -> None:
    verdict = assess(people())
    assert verdict.word == "interpretable"
    assert verdict.piece("Option orders (r)").reason == "people were asked in one order of the options"
    assert "Signal test (p)" not in {piece.name for piece in verdict.evidence}


def test_people_who_give_one_answer_to_everything_are_counted() -> None:
    answers = people()
    values = answers.values.copy()
    values[:60] = 4.0
    verdict = assess(with_values(answers, values))
    assert verdict.word == "interpretable with care"
    left_out = verdict.piece("People left out")
    assert left_out.figure == 0.3
    assert left_out.grade == "care"


def test_a_missing_answer_of_a_person_was_asked_for() -> None:
    answers = people()
    values = answers.values.copy()
    values[:, :5] = np.nan
    holes = replace(
        answers, values=values, states=np.where(np.isnan(values), NOT_ASKED, answers.states).astype(np.int8)
    )
    piece = assess(holes).piece("Valid answers")
    assert piece.figure == pytest.approx(16 / 21)
    assert "1,000 missing" in piece.reason
    assert piece.grade == "bad"


# Thresholds and their sources


@pytest.mark.parametrize(
    ("figure", "grade"),
    [(None, "not measured"), (0.1, "good"), (-0.1, "good"), (0.11, "care"), (-0.5, "care"), (0.51, "bad")],
)
def test_a_figure_is_graded_by_its_threshold(figure: float | None, grade: str) -> None:
    assert Threshold("x", (-0.1, 0.1), (-0.5, 0.5), "s").grade(figure) == grade


@pytest.mark.parametrize(
    ("name", "good", "bad_when"),
    [
        ("Valid answers", "≥ 0.95", "< 0.80"),
        ("Position effect", "±0.10", "over ±0.50"),
        ("Signal test (p)", "≤ 0.01", "> 0.05"),
        ("Agreeing", "−0.09 to 0.64", ""),
    ],
)
def test_thresholds_in_words(name: str, good: str, bad_when: str) -> None:
    assert (BY_NAME[name].good_when, BY_NAME[name].bad_when) == (good, bad_when)


def test_nothing_is_bad_where_it_is_good() -> None:
    for threshold in THRESHOLDS:
        assert threshold.tolerable[0] <= threshold.good[0] < threshold.good[1] <= threshold.tolerable[1]
        assert threshold.source


def test_the_thresholds_of_the_circle_are_those_of_the_lowest_of_thirty_countries() -> None:
    circle = PVQ_21.circle("ten")
    assert circle is not None
    angles = circle.angles()
    profiles = [[country.mean(scale) for scale in angles] for country in find_norm("ess11-countries").groups]
    fits = [structural_summary(profile, list(angles.values())).r2 for profile in profiles]
    assert BY_NAME["Circle fit (R²)"].good[0] == math.floor(min(fits) * 100) / 100
    assert BY_NAME["Profile spread"].good[0] == math.floor(min(map(np.std, profiles)) * 100) / 100


def test_the_threshold_of_agreeing_is_that_of_people() -> None:
    rating = find_norm("ess9-de").mean_rating
    assert rating is not None
    ends = [(rating.mean + side * 2 * rating.person_sd - 3.5) / 2.5 for side in (-1, 1)]
    assert BY_NAME["Agreeing"].good == pytest.approx(ends, abs=0.005)
    assert f"{rating.n:,} people" in BY_NAME["Agreeing"].source


def test_halves_at_the_agreement_thresholds_make_wholes_at_the_reliability_thresholds() -> None:
    for name in ("Option orders (r)", "Wordings (r)"):
        for agreement, reliability in (
            (BY_NAME[name].good[0], BY_NAME["Signal share (G)"].good[0]),
            (BY_NAME[name].tolerable[0], BY_NAME["Signal share (G)"].tolerable[0]),
        ):
            assert 2 * agreement / (1 + agreement) == pytest.approx(reliability, abs=0.005)


# Calibration


def test_in_small_respondents_without_values_are_never_interpretable_and_clean_ones_are() -> None:
    for seed in range(12):
        assert assess(simulate(clean(seed=seed), PVQ_RR, seed=seed)).word != "not interpretable"
        pure = clean(seed=seed, **PURE[BIAS_OR_NOISE[seed % len(BIAS_OR_NOISE)]])
        assert assess(simulate(pure, PVQ_RR, seed=seed)).word != "interpretable"


def test_the_page_has_the_thresholds_of_the_program() -> None:
    assert "\n".join(threshold_rows()) in PAGE


def test_the_page_reaches_the_aims_it_states() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"]
    clean_rows = [row for row in rows if len(row) == 5 and row[1] in ("sample", "distribution")]
    pure_rows = [row for row in rows if len(row) == 6 and row[0] in BIAS_OR_NOISE]
    assert len(clean_rows) == 6
    assert len(pure_rows) == 4 * len(BIAS_OR_NOISE)
    assert all(per_cent(row[-1]) <= 5 for row in clean_rows)
    assert all(per_cent(row[3]) <= 1 for row in pure_rows)


def per_cent(cell: str) -> float:
    return float(cell.removesuffix(" %"))
