"""From the study file to arrays.

In goes an open study file; out comes `Answers`: one row an administration (one pass of one respondent), one column an
item, with the value, the state and, in distribution mode, the option probabilities of each cell. Nothing is left out
here: what is not valid is NaN in ``values`` and named in ``states``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuemap.errors import StudyError
from valuemap.instrument import Instrument
from valuemap.store import StudyFile
from valuemap.study import State

NOT_ASKED = 0
STATE_CODES = {state: code for code, state in enumerate(State, start=1)}
FACETS = ("wording", "framing", "presentation", "item_order", "option_order", "mode")


@dataclass(frozen=True)
class Answers:
    """All answers of a study.

    Attributes
    ----------
    instrument
        As it was asked.
    administrations
        One row a pass: ``respondent`` (name), ``kind``, ``model``, ``condition`` (row number in the file), ``repeat``
        and the facets ``wording``, ``framing``, ``presentation``, ``item_order``, ``option_order``, ``mode``.
    values
        Scale values, shape (administrations, items); NaN where the state is not valid.
    states
        0 not asked, else 1 to 4 as in `STATE_CODES`; same shape.
    probabilities
        Option probabilities, lowest scale value first, shape (administrations, items, options); NaN in sample mode.
    option_mass
        Share of the model's probability on the options; same shape as values; NaN in sample mode.
    places
        Place of each item in the order asked, from 1; same shape as values; 0 where not asked. ``None`` where no order
        was recorded.
    """

    instrument: Instrument
    administrations: pd.DataFrame
    values: NDArray[np.float64]
    states: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    option_mass: NDArray[np.float64]
    places: NDArray[np.int16] | None = None

    @property
    def is_people(self) -> bool:
        """Whether the rows are people and not passes of a model."""
        return bool((self.administrations["kind"] == "person").all())

    def count(self, state: State) -> int:
        """Count the answers in one state."""
        return int((self.states == STATE_CODES[state]).sum())

    @property
    def n_asked(self) -> int:
        """Count the answers asked for, whatever became of them."""
        return int((self.states != NOT_ASKED).sum())

    def where(self, rows: pd.Series | NDArray[np.bool_]) -> Answers:
        """Return the answers of some administrations."""
        chosen = np.asarray(rows, dtype=bool)
        return replace(
            self,
            administrations=self.administrations.loc[chosen].reset_index(drop=True),
            values=self.values[chosen],
            states=self.states[chosen],
            probabilities=self.probabilities[chosen],
            option_mass=self.option_mass[chosen],
            places=None if self.places is None else self.places[chosen],
        )

    def by(self, columns: Sequence[str]) -> list[tuple[tuple[str, ...], Answers]]:
        """Split by columns of ``administrations``, in the order of first appearance."""
        keys = self.administrations[list(columns)].astype(str).agg("\x00".join, axis=1)
        return [(tuple(key.split("\x00")), self.where(keys == key)) for key in keys.unique()]


def load_answers(file: StudyFile) -> Answers:
    """Read all answers of a study file.

    Raises
    ------
    StudyError
        There are none yet.
    """
    instrument = file.instrument()
    respondents, conditions = file.respondents(), file.conditions()
    cells = np.array(
        file.rows(
            "SELECT respondent, condition, repeat, item, "
            "CASE state WHEN 'valid' THEN 1 WHEN 'refused' THEN 2 WHEN 'unparseable' THEN 3 ELSE 4 END, "
            "value, option_mass, place FROM answer ORDER BY respondent, condition, repeat, item"
        ).fetchall(),
        dtype=np.float64,
    ).reshape(-1, 8)
    # A person who answered nothing has no row of answers, but belongs to the denominator.
    people = np.array(
        [(number, 1, 1) for number, identity in respondents.items() if identity.kind == "person"], dtype=np.int64
    ).reshape(-1, 3)
    answered = cells[:, :3].astype(np.int64)
    passes, row = np.unique(np.vstack([answered, people]), axis=0, return_inverse=True)
    if not len(passes):
        raise StudyError(f"{file.path}: holds no answers yet; let valuemap survey go on with it.")
    row, column = row.ravel()[: len(cells)], cells[:, 3].astype(np.int64) - 1

    shape = (len(passes), instrument.n_items)
    values, mass = np.full(shape, np.nan), np.full(shape, np.nan)
    states = np.full(shape, NOT_ASKED, dtype=np.int8)
    values[row, column], mass[row, column] = cells[:, 5], cells[:, 6]
    states[row, column] = cells[:, 4]
    places = np.zeros(shape, dtype=np.int16)
    places[row, column] = cells[:, 7]

    return Answers(
        instrument=instrument,
        administrations=pd.DataFrame(
            [
                {
                    "respondent": respondents[respondent].name,
                    "kind": respondents[respondent].kind,
                    "model": respondents[respondent].model,
                    "condition": condition,
                    "repeat": repeat,
                    **_facets(conditions[condition]),
                }
                for respondent, condition, repeat in passes.tolist()
            ],
            columns=["respondent", "kind", "model", "condition", "repeat", *FACETS],
        ),
        values=values,
        states=states,
        probabilities=_probabilities(file, passes, (*shape, instrument.response.n_options)),
        option_mass=mass,
        places=places,
    )


def _facets(condition: object) -> dict[str, str]:
    facets = {facet: getattr(condition, facet) for facet in FACETS}
    return facets | {"framing": facets["framing"].name}


def _probabilities(file: StudyFile, passes: NDArray[np.int64], shape: tuple[int, int, int]) -> NDArray[np.float64]:
    read = file.rows(
        "SELECT respondent, condition, repeat, item, probabilities FROM answer WHERE probabilities IS NOT NULL"
    ).fetchall()
    if not read:
        # No memory for what sample mode does not have.
        return np.broadcast_to(np.float64(np.nan), shape)
    found = np.full(shape, np.nan)
    number = {tuple(key): n for n, key in enumerate(passes.tolist())}
    for respondent, condition, repeat, item, listed in read:
        found[number[respondent, condition, repeat], item - 1] = json.loads(listed)
    return found
