"""How a profile is shown: the verdict above it, the scores with their denominators, a norm beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from valuemap.catalog import find_norm
from valuemap.cli.output import Cell, Column, print_rows, tell
from valuemap.cli.quality import reason_lines
from valuemap.instrument import Instrument
from valuemap.norms import Norm
from valuemap.quality import Verdict, verdicts
from valuemap.scoring.answers import Answers
from valuemap.scoring.profile import Profile, profiles

#: The rest is for ``valuemap quality``.
REASONS_SHOWN = 3

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
    """Print every profile of a study, each under its verdict; return whether the evidence is degraded.

    For people to read it is one table a profile; the other formats get one long table.
    """
    found = profiles(answers, level, by_condition=by_condition)
    degraded = any(profile.degraded for profile in found)
    if form != "table":
        rows = [row for profile in found for row in _rows(profile, norm)]
        print_rows(_columns(norm), rows, form, title="profile", notes=_all_notes(found, answers, norm), out=out)
        return degraded
    judged = verdicts(answers)
    for profile in found:
        for line in verdict_lines(judged[profile.respondent]):
            tell(line)
        print_rows(
            _columns(norm),
            _rows(profile, norm),
            "table",
            title=_title(profile, answers.instrument),
            notes=[*_notes(profile), *_norm_notes(norm)],
        )
    return degraded


def verdict_lines(verdict: Verdict) -> list[str]:
    """Word a verdict in lines of 80 columns: the word, the first reasons, and where there is more."""
    first = verdict.reasons[:REASONS_SHOWN]
    rest = len(verdict.reasons) - len(first)
    lines = [f"Verdict: {verdict.word.upper()} as {verdict.claim}{':' if first else '.'}"]
    return [*lines, *reason_lines(first), f"  {f'{rest} more' if rest else 'All evidence'}: valuemap quality FILE"]


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
    notes += [
        f"{respondent}: {verdict.word}" + "".join(f"; {reason}" for reason in verdict.reasons)
        for respondent, verdict in verdicts(answers).items()
    ]
    return notes + _norm_notes(norm)
