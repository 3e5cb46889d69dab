"""How a profile is shown: the evidence above it, the scores with their denominators, a norm beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from valuemap.catalog import find_norm
from valuemap.cli.output import Cell, Column, print_rows, tell
from valuemap.instrument import Instrument
from valuemap.norms import Norm
from valuemap.quality import Evidence, evidence
from valuemap.scoring.answers import Answers
from valuemap.scoring.profile import Profile, profiles
from valuemap.study import State

SCORE_COLUMNS = [
    Column("respondent", "Respondent", shown=False),
    Column("condition", "Condition", shown=False),
    Column("level", "Level", shown=False),
    Column("scale", "", shown=False),
    Column("name", "Scale"),
    Column("raw", "Raw", 2),
    Column("centred", "Centred", 2),
    Column("se", "SE", 2),
    Column("valid_of_asked", "Valid", only_shown=True),
    Column("others", "R/U/F", only_shown=True),
    Column("n_scored", "Passes", shown=False),
    Column("valid", "", shown=False),
    Column("asked", "", shown=False),
    Column("refused", "", shown=False),
    Column("unparseable", "", shown=False),
    Column("failed", "", shown=False),
]


def show_study(
    answers: Answers,
    level: str,
    form: str,
    *,
    by_condition: bool = False,
    norm: Norm | None = None,
    out: Path | None = None,
) -> bool:
    """Print every profile of a study, each under its evidence; return whether the evidence is degraded.

    For people to read it is one table a profile; the other formats get one long table.
    """
    found = profiles(answers, level, by_condition=by_condition)
    degraded = any(profile.degraded for profile in found)
    if form != "table":
        rows = [row for profile in found for row in _rows(profile, norm)]
        print_rows(_columns(norm), rows, form, title="profile", notes=_all_notes(found, answers, norm), out=out)
        return degraded
    for profile in found:
        own = answers if answers.is_people else answers.where(answers.administrations.respondent == profile.respondent)
        for line in [] if answers.is_people else evidence_lines(evidence(own)):
            tell(line)
        print_rows(
            _columns(norm),
            _rows(profile, norm),
            "table",
            title=_title(profile, answers.instrument),
            notes=[*_notes(profile), *_norm_notes(norm)],
        )
    return degraded


def evidence_lines(found: Evidence) -> list[str]:
    """Word the evidence of one respondent."""
    states = ", ".join(f"{found.counts[state]:,} {state.value}" for state in State)
    lines = [f"Answers: {found.asked:,} asked: {states}."]
    if not math.isnan(found.option_mass):
        lines.append(f"Option mass: {found.option_mass:.2f} of the model's probability falls on the options.")
    if found.counts[State.VALID]:
        lines.append(f"Most frequent answer: printed code {found.top_code}, {found.top_code_share:.0%}.")
    if not math.isnan(found.order_agreement):
        agreement = f"{found.order_agreement:.2f}".replace("-", "−")
        lines.append(f"Ascending against descending options: r = {agreement} (1 content decides, −1 position).")
    if found.doubts:
        lines.append("NOT INTERPRETABLE as values: " + "; ".join(found.doubts) + ".")
    return lines


def norm_beside(instrument: Instrument, level: str) -> Norm | None:
    """Return the instrument's usual norm, where it has one of this level."""
    if not instrument.usual_norm:
        return None
    norm = find_norm(instrument.usual_norm)
    return norm if norm.scale_level == level else None


def _columns(norm: Norm | None) -> list[Column]:
    if norm is None:
        return SCORE_COLUMNS
    centre = Column("norm", "Norm", 2)
    spread = Column("norm_sd", "SD", 2)
    at = [column.name for column in SCORE_COLUMNS].index("se") + 1
    return [*SCORE_COLUMNS[:at], centre, spread, *SCORE_COLUMNS[at:]]


def _rows(profile: Profile, norm: Norm | None) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for scale in profile.scales:
        row: list[Cell] = [profile.respondent, profile.condition, profile.level, scale.scale, scale.name]
        row += [scale.raw, scale.centred, scale.se]
        if norm is not None:
            row += _norm_cells(norm, scale.scale)
        row += [f"{scale.valid}/{scale.asked}", f"{scale.refused}/{scale.unparseable}/{scale.failed}"]
        row += [scale.n_scored, scale.valid, scale.asked, scale.refused, scale.unparseable, scale.failed]
        rows.append(row)
    return rows


def _norm_cells(norm: Norm, scale: str) -> list[Cell]:
    if scale not in norm.scales:
        return [None, None]
    row = norm.row(scale)
    return [row.centre, row.person_sd if norm.level == "persons" else row.group_sd]


def _title(profile: Profile, instrument: Instrument) -> str:
    where = f", {profile.condition}" if profile.condition else ""
    return f"{profile.respondent}{where}: {instrument.level(profile.level).name} ({instrument.id})"


def _notes(profile: Profile) -> list[str]:
    states = "Valid of asked; R/U/F: refused, unparseable, failed."
    note = f"SE over {profile.varied}, {profile.administrations} passes of one model: repeats are not people. {states}"
    if profile.respondent == "people":
        note = f"SE over {profile.varied}. {states}"
    return [note, *(f"Left out: {reason}." for reason in profile.excluded)]


def _norm_notes(norm: Norm | None) -> list[str]:
    if norm is None:
        return []
    centre = norm.rows[0].centre_kind
    return [
        f"Norm ({norm.id}): {centre} and {norm.spread_label}. {norm.population}, {norm.country}, {norm.year}, "
        f"n = {norm.n:,}. Caveat: {norm.caveat}."
    ]


def _all_notes(found: Sequence[Profile], answers: Answers, norm: Norm | None) -> list[str]:
    notes = [f"{profile.respondent}: {note}" for profile in found for note in _notes(profile)]
    for (respondent,), own in answers.by(["respondent"]) if not answers.is_people else []:
        notes += [f"{respondent}: {line}" for line in evidence_lines(evidence(own))]
    return notes + _norm_notes(norm)
