"""Levels of open answers: by the program's own word list, by judges, or by people.

In goes an open study file and the name of a scorer; out come the levels of every valid answer, by part and in total.
Rules: the total of an answer is its highest part, and one more where every part is at its maximum and the parts differ;
where several raters (or repeats of one) levelled an answer, each rating gets its own total and their mean counts;
ratings by different rubrics are never pooled; an answer without a valid rating has no level, which is said and not
guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from valuemap.errors import StudyError
from valuemap.instrument import Instrument, OpenAnswer
from valuemap.ratings import OpenAnswerRow, Rater, open_answers, raters, ratings
from valuemap.store import StudyFile
from valuemap.study import State

Scorer = Literal["lexical", "judge", "human"]
SCORERS: tuple[Scorer, ...] = get_args(Scorer)

TOTAL = "total"


@dataclass(frozen=True)
class Levels:
    """The levels that one scorer gave.

    Attributes
    ----------
    scorer
        Its name.
    version
        Word list or rubric, with its hash.
    by_answer
        Levels of each answer (by its row in the file): a number for each part, and for "total".
    unrated
        Valid answers without a level.
    """

    scorer: Scorer
    version: str
    by_answer: Mapping[int, Mapping[str, float]]
    unrated: int


def total_level(levels: Mapping[str, int], differ: bool | None, response: OpenAnswer) -> int:
    """Return the total of one answer from the levels of its parts.

    ``max(parts)``, or ``part_maximum + 1`` where all parts are at ``part_maximum``, they differ, and the instrument has
    such a level.

    References
    ----------
    Lane, Quinlan, Schwartz, Walker & Zeitlin (1990), Journal of Personality Assessment 55, 124-134.
    """
    highest = max(levels.values())
    all_at_top = min(levels.values()) == response.part_maximum
    return min(highest + 1, response.total_maximum) if all_at_top and differ else highest


def known_scorers(file: StudyFile, instrument: Instrument) -> tuple[Scorer, ...]:
    """Return which scorers can level the answers of a file now, the usual one first."""
    response = instrument.response
    kinds = {rater.kind for rater in raters(file).values()}
    lexical: tuple[Scorer, ...] = ("lexical",) if isinstance(response, OpenAnswer) and response.lexical else ()
    rated: list[Scorer] = [kind for kind in ("human", "judge") if kind in kinds]
    return (*lexical, *rated)


def levels_of(file: StudyFile, instrument: Instrument, scorer: Scorer | None = None) -> Levels:
    """Return the levels of all valid answers of a file.

    Parameters
    ----------
    file
        A study of an instrument of open answers.
    instrument
        That instrument.
    scorer
        Which; ``None`` for the usual one: the word list where the instrument has one, else people, else judges.

    Raises
    ------
    StudyError
        There are no ratings of that kind, or they were given by several rubrics.
    """
    known = known_scorers(file, instrument)
    if scorer is not None and scorer not in known:
        raise StudyError(f"{file.path}: {_nobody(scorer, instrument)}")
    if not known:
        raise StudyError(
            f"{file.path}: nobody has levelled the answers to {instrument.id} yet; have them rated (valuemap rate)."
        )
    chosen = scorer or known[0]
    answers = open_answers(file)
    if chosen == "lexical":
        return _lexical(file, answers)
    return _rated(file, instrument, chosen, answers)


def _nobody(scorer: Scorer, instrument: Instrument) -> str:
    if scorer == "lexical":
        return f"{instrument.id} has no word list to level answers by; use --scorer judge or human."
    how = "valuemap rate FILE --judge MODEL" if scorer == "judge" else "valuemap rate FILE --out SHEET, then --read it"
    return f"holds no ratings by a {scorer}; get them with {how}."


def _lexical(file: StudyFile, answers: Sequence[OpenAnswerRow]) -> Levels:
    from valuemap.scoring.lexical import score_text, scorer_hash

    wordings = file.wordings()
    foreign = next((w for w in wordings.values() if not w.language.startswith("en")), None)
    if foreign:
        raise StudyError(
            f"{file.path}: the word list knows English only, and the wording {foreign.id} is in {foreign.language}; "
            "use --scorer judge or human."
        )
    found: dict[int, dict[str, float]] = {}
    for answer in answers:
        headings = wordings[answer.wording].labels
        score = score_text(answer.text, (headings[0], headings[1]))
        found[answer.id] = {"self": score.self_level, "other": score.other_level, TOTAL: score.total}
    return Levels("lexical", f"emotion words {scorer_hash()}", found, 0)


def _rated(file: StudyFile, instrument: Instrument, kind: Scorer, answers: Sequence[OpenAnswerRow]) -> Levels:
    assert isinstance(instrument.response, OpenAnswer)  # nothing else is rated
    who: dict[int, Rater] = {number: rater for number, rater in raters(file).items() if rater.kind == kind}
    versions = sorted({rater.rubric_hash for rater in who.values()})
    if len(versions) > 1:
        raise StudyError(
            f"{file.path}: the {kind} ratings were given by {len(versions)} rubrics ({', '.join(versions)}), which are "
            "never pooled."
        )
    given: dict[int, list[dict[str, float]]] = {}
    for answer, rater, rating in ratings(file):
        if rater in who and rating.state is State.VALID and rating.levels is not None:
            total = total_level(rating.levels, rating.differ, instrument.response)
            given.setdefault(answer, []).append({**rating.levels, TOTAL: total})
    means = {
        answer: {part: sum(one[part] for one in several) / len(several) for part in several[0]}
        for answer, several in given.items()
    }
    unrated = sum(answer.id not in means for answer in answers)
    names = ", ".join(rater.name for rater in who.values())
    return Levels(kind, f"rubric {versions[0]}, rated by {names}", means, unrated)
