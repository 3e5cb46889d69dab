"""Scale scores of answers, whatever their response format.

In go `Answers` and a level; out come `Scores`. Rating scales and choices have one number an item; an open answer has
one for each of its parts, and every scale says which part it is made of.
"""

from __future__ import annotations

import numpy as np

from valuemap.scoring.answers import Answers
from valuemap.scoring.keyed import Scores, score


def scores_of(answers: Answers, level: str) -> Scores:
    """Score answers at one level of their instrument; see `valuemap.scoring.keyed.score`."""
    scales = answers.instrument.scales_of(level)
    if all(scale.part is None for scale in scales):
        return score(answers.values, answers.instrument, level)
    by_part = {
        part: score(answers.part(part), answers.instrument, level)
        for part in {scale.part or "total" for scale in scales}
    }
    raw = np.column_stack([by_part[scale.part or "total"].raw[:, place] for place, scale in enumerate(scales)])
    return Scores(tuple(scale.id for scale in scales), raw, by_part[scales[0].part or "total"].mean_rating, raw)
