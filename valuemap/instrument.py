"""Instruments and wordings: what is asked, and in which words.

In go ``instrument.toml`` and ``wordings/*.toml`` of an instrument's folder; out come the frozen `Instrument` (items,
scales, key, response format, rules, source) and `Wording` (instruction, item texts, option labels). The key belongs to
the instrument and the words belong to the wording: both carry a hash, so that an answer can always be traced to the
exact text that was shown. ``docs/instrument-format.md`` describes the files.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from valuemap.definition import Definition, read_definition
from valuemap.errors import InstrumentError


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _with_number_keys(value: object) -> object:
    """TOML keys are strings; items are numbered."""
    if isinstance(value, dict):
        return {int(key) if str(key).isdecimal() else key: text for key, text in value.items()}
    return value


Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Names = Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)]
Numbers = Annotated[tuple[int, ...], BeforeValidator(_as_tuple)]


class Likert(Definition):
    """Response format: one of several ordered options, each standing for a whole number."""

    kind: Literal["likert"]
    minimum: int
    maximum: int

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.maximum <= self.minimum:
            raise ValueError(f"maximum ({self.maximum}) must be greater than minimum ({self.minimum})")
        if self.n_options > 9:
            raise ValueError("more than 9 options: their printed codes must be single digits")
        return self

    @property
    def values(self) -> tuple[int, ...]:
        """The scale's values, lowest first."""
        return tuple(range(self.minimum, self.maximum + 1))

    @property
    def n_options(self) -> int:
        """How many options there are."""
        return self.maximum - self.minimum + 1


class Scale(Definition):
    """A score: the mean of items, or the mean of scales of the first level (its components)."""

    id: Name
    name: Text
    level: Name
    items: Numbers = ()
    components: Names = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if bool(self.items) == bool(self.components):
            raise ValueError(f"scale {self.id} needs either items or components")
        for what, listed in (("item", self.items), ("component", self.components)):
            if len(set(listed)) != len(listed):
                raise ValueError(f"scale {self.id} lists an {what} twice")
        return self


class Level(Definition):
    """A degree of detail at which the instrument can be scored."""

    id: Name
    name: Text
    note: str = ""


class Circle(Definition):
    """The theoretical order of a circumplex at one level.

    ``sectors`` go once round the circle at equal angles. Scales that share a sector stand in no stated order.
    """

    level: Name
    sectors: Annotated[
        tuple[Names, ...],
        BeforeValidator(_as_tuple),
    ]
    source: Text

    def angles(self) -> dict[str, float]:
        """Return each scale's theoretical angle in degrees, the first sector at 0."""
        step = 360 / len(self.sectors)
        return {scale: step * i for i, sector in enumerate(self.sectors) for scale in sector}


class DataRules(Definition):
    """Who is left out of an analysis of people's data, and how a reversed scale is noticed.

    Attributes
    ----------
    max_missing
        More unanswered items than this exclude a person; ``None`` where no published rule is known.
    max_same_answer
        This many equal answers or more exclude a person; ``None`` for no such rule.
    max_same_answer_source
        Where that number comes from.
    usual_order
        Scales of ``usual_order_level`` from the most to the least endorsed in people.
    usual_order_source
        Where that order comes from.
    """

    max_missing: int | None = None
    max_missing_source: str = ""
    max_same_answer: int | None = None
    max_same_answer_source: str = ""
    usual_order_level: Name | None = None
    usual_order: Names = ()
    usual_order_source: str = ""


class Instrument(Definition):
    """Items, scales, key, response format, rules and source of a questionnaire."""

    schema_version: Literal[1] = Field(alias="schema")
    id: Name
    name: Text
    version: Text
    measures: Text
    n_items: Annotated[int, Field(gt=0, le=10_000)]
    centring: Literal["person mean", "none"]
    citation: Text
    doi: str = ""
    licence: Text
    key_source: Text
    response: Likert
    levels: Annotated[tuple[Level, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    scales: Annotated[tuple[Scale, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    circles: Annotated[tuple[Circle, ...], BeforeValidator(_as_tuple)] = ()
    usual_norm: Name | None = None
    data_rules: DataRules = DataRules()

    @model_validator(mode="after")
    def _check(self) -> Self:
        levels = [level.id for level in self.levels]
        if len(set(levels)) != len(levels):
            raise ValueError("a level is defined twice")
        if len({(scale.level, scale.id) for scale in self.scales}) != len(self.scales):
            raise ValueError("a scale is defined twice within its level")
        for scale in self.scales:
            self._check_scale(scale, levels)
        keyed = [item for scale in self.scales_of(levels[0]) for item in scale.items]
        for item in range(1, self.n_items + 1):
            if keyed.count(item) != 1:
                raise ValueError(f"item {item} must be in exactly one scale of the first level ({levels[0]})")
        for circle in self.circles:
            self._check_circle(circle)
        return self

    def _check_scale(self, scale: Scale, levels: list[str]) -> None:
        if scale.level not in levels:
            raise ValueError(f"scale {scale.id} has the unknown level {scale.level}")
        for item in scale.items:
            if not 1 <= item <= self.n_items:
                raise ValueError(f"scale {scale.id} has item {item}, but items run from 1 to {self.n_items}")
        if scale.level == levels[0] and scale.components:
            raise ValueError(f"scale {scale.id} is of the first level, whose scales are made of items")
        for component in scale.components:
            if component not in [lower.id for lower in self.scales_of(levels[0])]:
                raise ValueError(
                    f"scale {scale.id}: its component {component} is no scale of the first level ({levels[0]})"
                )

    def _check_circle(self, circle: Circle) -> None:
        named = [scale for sector in circle.sectors for scale in sector]
        known = [scale.id for scale in self.scales_of(circle.level)]
        if sorted(named) != sorted(known):
            raise ValueError(f"the circle of level {circle.level} must name each of its scales once")

    @property
    def hash(self) -> str:
        """Hash of all that decides what a score means: items, scales, key, response format, centring."""
        return _hash(
            [
                self.id,
                self.version,
                self.n_items,
                self.centring,
                self.response.model_dump(),
                [scale.model_dump() for scale in self.scales],
            ]
        )

    def level(self, level_id: str) -> Level:
        """Return the level of that id."""
        for level in self.levels:
            if level.id == level_id:
                return level
        known = ", ".join(level.id for level in self.levels)
        raise InstrumentError(f"{self.id} has no level {level_id!r}; it has {known}.")

    def scales_of(self, level_id: str) -> tuple[Scale, ...]:
        """Return the scales of one level, in the order of the file."""
        return tuple(scale for scale in self.scales if scale.level == level_id)

    def circle(self, level_id: str) -> Circle | None:
        """Return the theoretical circle of a level, where the theory has one."""
        return next((circle for circle in self.circles if circle.level == level_id), None)


class Wording(Definition):
    """One text version of an instrument.

    ``labels`` name the options from the lowest to the highest.
    """

    schema_version: Literal[1] = Field(alias="schema")
    instrument: Name
    id: Name
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
    form: Literal["neutral", "feminine", "masculine"]
    variant: Name
    origin: Literal["valuemap", "official", "user"]
    note: str = ""
    licence: Text
    instruction: Text
    question: Text
    labels: Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)]
    items: Annotated[dict[int, Text], BeforeValidator(_with_number_keys)]

    @property
    def hash(self) -> str:
        """Hash of every word a respondent can see."""
        return _hash([self.instruction, self.question, self.labels, sorted(self.items.items())])

    def check_against(self, instrument: Instrument) -> None:
        """Raise ValueError unless this wording fits the instrument."""
        if self.instrument != instrument.id:
            raise ValueError(f"instrument: is {self.instrument!r}, but the folder's is {instrument.id!r}")
        if len(self.labels) != instrument.response.n_options:
            raise ValueError(
                f"labels: {len(self.labels)} given, but the scale has {instrument.response.n_options} options"
            )
        folded = [label.casefold() for label in self.labels]
        if len(set(folded)) != len(folded):
            raise ValueError("labels: two options have the same label")
        wanted = set(range(1, instrument.n_items + 1))
        missing, extra = sorted(wanted - set(self.items)), sorted(set(self.items) - wanted, key=str)
        if missing:
            raise ValueError(f"items: item {missing[0]} is missing ({len(missing)} in all)")
        if extra:
            raise ValueError(f"items: there is no item {extra[0]} in {instrument.id}")


def load_instrument(folder: Path) -> Instrument:
    """Read and check ``instrument.toml`` of an instrument's folder.

    Raises
    ------
    InstrumentError
        Naming file, table and field of the first fault.
    """
    return read_definition(folder / "instrument.toml", Instrument)


def load_wording(path: Path, instrument: Instrument) -> Wording:
    """Read one wording file and check it against its instrument.

    Raises
    ------
    InstrumentError
        Naming file, table and field of the first fault.
    """
    wording = read_definition(path, Wording)
    if wording.id != path.stem:
        raise InstrumentError(f"{path}: id: is {wording.id!r}, but the file is named {path.stem!r}.")
    try:
        wording.check_against(instrument)
    except ValueError as fault:
        raise InstrumentError(f"{path}: {fault}.") from None
    return wording


def _hash(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
