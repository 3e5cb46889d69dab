"""A comparison of two releases as plain records for JSON, unrounded; NaN becomes null."""

from __future__ import annotations

from valuemap.cli.compare_data import plain
from valuemap.drift.release import Release
from valuemap.drift.result import DriftResult
from valuemap.scoring.answers import Answers
from valuemap.study import State


def as_data(result: DriftResult) -> dict[str, object]:
    """Return everything of a result."""
    return {
        "word": result.word,
        "reasons": list(result.reasons),
        "baseline": _release(result.baseline),
        "candidate": _release(result.candidate),
        "level": result.level,
        "unit": result.unit,
        "sd_source": result.sd_source,
        "material": result.material,
        "differences": plain(result.differences),
        "attribution": plain(result.attribution),
        "values": plain(result.values),
        "behaviour": plain(result.behaviour),
        "whole": plain(result.whole),
        "power": plain(result.power),
        "notes": list(result.notes),
    }


def counts(answers: Answers) -> dict[str, int]:
    """Count the answers by state."""
    return {"asked": answers.n_asked} | {state.value: answers.count(state) for state in State}


def _release(release: Release) -> dict[str, object]:
    return {
        "source": release.source,
        "respondent": plain(release.respondent),
        "instrument": release.answers.instrument.id,
        "instrument_hash": release.answers.instrument.hash,
        "conditions": len(release.conditions),
        "repeats": release.repeats,
        "models": list(release.models),
        "fingerprints": list(release.fingerprints),
        "first": release.first,
        "last": release.last,
        "program": release.program,
        "answers": counts(release.answers),
        "unfinished": release.unfinished,
        "being_written": release.being_written,
    }
