"""Which release of a baseline a candidate's release is held against.

In go the releases of two files; out come pairs. Rules: with one in each, these two, whatever they are called, for a new
version mostly has a new name; with several, those of the same name; anything else is for the user to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from valuemap.drift.release import Release
from valuemap.errors import UsageError


def paired(
    baselines: Sequence[Release], candidates: Sequence[Release], respondent: str | None = None
) -> tuple[tuple[Release, Release], ...]:
    """Pair the releases of a baseline and of a candidate.

    Parameters
    ----------
    baselines, candidates
        Of one file each.
    respondent
        The one to compare, by its name on either side; ``None``: all that can be paired.

    Raises
    ------
    UsageError
        A side has nobody of that name, or no name occurs on both sides.
    """
    if respondent is not None and not any(one.respondent.name == respondent for one in (*baselines, *candidates)):
        raise UsageError(
            f"--respondent {respondent}: nobody is called that. {baselines[0].source} holds {_names(baselines)}, "
            f"{candidates[0].source} holds {_names(candidates)}."
        )
    before, after = (_chosen(side, respondent) for side in (baselines, candidates))
    if len(before) == len(after) == 1:
        return ((before[0], after[0]),)
    names = {release.respondent.name: release for release in before}
    found = tuple((names[one.respondent.name], one) for one in after if one.respondent.name in names)
    if not found:
        raise UsageError(
            f"{before[0].source} holds {_names(before)}, {after[0].source} holds {_names(after)}: no name is in both: "
            "it is not clear whom to compare. Compare files that hold one respondent each."
        )
    return found


def _chosen(releases: Sequence[Release], respondent: str | None) -> list[Release]:
    """Take the respondent named; where a file holds one alone, that one, for its name may have changed."""
    if respondent is None or len(releases) == 1:
        return list(releases)
    chosen = [release for release in releases if release.respondent.name == respondent]
    if not chosen:
        raise UsageError(
            f"--respondent {respondent}: {releases[0].source} has nobody of that name. It holds {_names(releases)}."
        )
    return chosen


def _names(releases: Sequence[Release]) -> str:
    return ", ".join(release.respondent.name for release in releases)
