"""One release of a model as drift sees it: who answered, how it was asked, and all answers.

In goes a study file; out comes one `Release` a respondent. Everything else in this package works on releases alone, so
that a baseline that was frozen into a small JSON file (`valuemap.drift.baseline`) does as well as the study file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valuemap.errors import StudyError
from valuemap.respondents.base import Identity
from valuemap.scoring.answers import Answers, load_answers
from valuemap.scoring.levels import Scorer
from valuemap.store import StudyFile, is_being_written
from valuemap.study import Condition


@dataclass(frozen=True)
class Release:
    """The answers of one respondent, and what produced them.

    Attributes
    ----------
    source
        The file they come from, as the user named it.
    respondent
        Who answered: name, kind, exact model and settings.
    answers
        Of this respondent alone.
    conditions
        The conditions, by the number that ``answers.administrations["condition"]`` holds.
    repeats, seed, max_tokens
        Of the design.
    models, fingerprints
        Model ids and system fingerprints that the endpoint reported with its replies, sorted; empty where it says none.
    first, last
        When the first and the last call was made (UTC, ISO 8601); empty where no call is recorded.
    program
        Version of valuemap that read the replies.
    scorer
        What turned answers into scores: the instrument's hash, or scorer and rubric of open answers.
    unfinished
        Answers that the design asks for and that are not there.
    being_written
        Whether a survey was writing the file when it was read.
    """

    source: str
    respondent: Identity
    answers: Answers
    conditions: dict[int, Condition]
    repeats: int
    seed: int
    max_tokens: int | None
    models: tuple[str, ...]
    fingerprints: tuple[str, ...]
    first: str
    last: str
    program: str
    scorer: str
    unfinished: int
    being_written: bool = False


def releases_of(path: Path, scorer: Scorer | None = None) -> tuple[Release, ...]:
    """Read the respondents of a study file, one release each.

    Parameters
    ----------
    path
        The study file.
    scorer
        Who levelled open answers; ``None`` for the usual one.

    Raises
    ------
    StudyError
        The file cannot be read, holds no answers, or holds people, who have no releases.
    """
    written = is_being_written(path)
    with StudyFile.open(path) as file:
        answers = load_answers(file, scorer)
        if answers.is_people:
            raise StudyError(f"{path}: holds answers of people; drift compares releases of a model.")
        return tuple(
            _release(path, file, number, identity, answers, being_written=written)
            for number, identity in file.respondents().items()
            if (answers.administrations["respondent"] == identity.name).any()
        )


def same_answers(one: Release, other: Release) -> bool:
    """Whether two releases hold the same calls with the same answers: one is a copy of the other, or frozen from it."""
    same_calls = (one.first, one.last) == (other.first, other.last)
    values, others = one.answers.values, other.answers.values
    return same_calls and values.shape == others.shape and np.array_equal(values, others, equal_nan=True)


def _release(
    path: Path, file: StudyFile, number: int, identity: Identity, answers: Answers, *, being_written: bool
) -> Release:
    own = answers.where(answers.administrations["respondent"] == identity.name)
    design = file.design()
    used = set(own.administrations["condition"])
    models, fingerprints, first, last = _calls(file, number)
    repeats = design["repeats"]
    if "until_se" in design:
        # A survey that may stop early is finished when its last round is: every condition has the same repeats.
        repeats = int(own.administrations["repeat"].max())
    passes = sum(1 if one["mode"] == "distribution" else repeats for one in design["conditions"])
    return Release(
        source=str(path),
        respondent=identity,
        answers=own,
        conditions={key: condition for key, condition in file.conditions().items() if key in used},
        repeats=repeats,
        seed=design["seed"],
        max_tokens=design.get("max_tokens"),
        models=models,
        fingerprints=fingerprints,
        first=first,
        last=last,
        program=file.program(),
        scorer=answers.scorer or answers.instrument.hash,
        unfinished=passes * answers.instrument.n_items - own.n_asked,
        being_written=being_written,
    )


def _calls(file: StudyFile, respondent: int) -> tuple[tuple[str, ...], tuple[str, ...], str, str]:
    """Return which models and fingerprints the endpoint reported, and from when to when it was asked."""
    rows = file.rows(
        "SELECT DISTINCT call.model, call.fingerprint, call.asked_at FROM answer JOIN call ON call.id = answer.call "
        f"WHERE answer.respondent = {respondent:d} AND answer.state != 'failed'"
    ).fetchall()
    models = tuple(sorted({model for model, _, _ in rows if model}))
    fingerprints = tuple(sorted({fingerprint for _, fingerprint, _ in rows if fingerprint}))
    times = [asked for _, _, asked in rows]
    return models, fingerprints, min(times, default=""), max(times, default="")
