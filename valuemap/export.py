"""The answers of a study file as a plain table, for R, a spreadsheet or pandas.

In goes an open study file; out comes a `Table`, long (one row an answer) or wide (one row an administration), and its
text as csv or JSON lines, or a Parquet file. Rules: the order of the rows depends on what was asked and not on which
reply came first; every row carries its condition and its states, so that nothing can be pooled by mistake; and a csv
never makes a spreadsheet run what a model wrote.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from valuemap.errors import DataError
from valuemap.hostile_text import harmless
from valuemap.store import StudyFile
from valuemap.study import State

Format = Literal["csv", "parquet", "jsonl"]
Shape = Literal["long", "wide"]
Kind = Literal["text", "whole", "number", "truth", "numbers"]
Cell = str | int | float | bool | list[float] | None

FORMATS: tuple[Format, ...] = get_args(Format)
SHAPES: tuple[Shape, ...] = get_args(Shape)

#: Rows written at a time: a large study is never in memory as a whole.
BATCH = 10_000

# Not the end of a line in JSON, but to many a program that reads lines.
_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}


@dataclass(frozen=True)
class Field:
    """One column: its name, and whether it holds text, whole numbers, numbers, true/false or lists of numbers."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    """A table that is read once, row by row.

    Attributes
    ----------
    fields
        Its columns.
    rows
        Its rows; ``None`` is no value.
    """

    fields: tuple[Field, ...]
    rows: Iterator[tuple[Cell, ...]]


_CONDITION_FIELDS = (
    Field("condition", "whole"),
    Field("wording", "text"),
    Field("wording_hash", "text"),
    Field("framing", "text"),
    Field("presentation", "text"),
    Field("item_order", "text"),
    Field("option_order", "text"),
    Field("mode", "text"),
)

LONG_FIELDS = (
    Field("id", "whole"),
    Field("respondent", "text"),
    *_CONDITION_FIELDS,
    Field("repeat", "whole"),
    Field("item", "whole"),
    Field("place", "whole"),
    Field("state", "text"),
    Field("value", "number"),
    Field("printed_code", "text"),
    Field("reason", "text"),
    Field("disclaimer", "truth"),
    Field("probabilities", "numbers"),
    Field("option_mass", "number"),
    Field("raw", "text"),
    Field("refusal", "text"),
    Field("finish_reason", "text"),
    Field("tokens_in", "whole"),
    Field("tokens_out", "whole"),
    Field("latency", "number"),
    Field("seed", "whole"),
    Field("attempts", "whole"),
    Field("model", "text"),
    Field("fingerprint", "text"),
    Field("asked_at", "text"),
    Field("prompt", "text"),
)


def long_table(file: StudyFile) -> Table:
    """Return one row an answer, with all that is known of it.

    Sorted by respondent, condition, repeat and item. What was not asked, or not answered by a person, has no row.
    """
    own = {"condition": "answer.condition", "wording_hash": "condition.wording_hash"}
    columns = ", ".join(own.get(field.name, f"answer_in_full.{field.name}") for field in LONG_FIELDS)
    found = file.rows(
        f"SELECT {columns} FROM answer "
        "JOIN answer_in_full ON answer_in_full.id = answer.id "
        "JOIN condition ON condition.id = answer.condition "
        "ORDER BY answer.respondent, answer.condition, answer.repeat, answer.item"
    )
    return Table(LONG_FIELDS, (_typed(row) for row in found))


def _typed(row: Sequence[Cell]) -> tuple[Cell, ...]:
    """Give SQLite's numbers and text the kinds of `LONG_FIELDS`."""
    return tuple(_typed_cell(field.kind, cell) for field, cell in zip(LONG_FIELDS, row, strict=True))


def _typed_cell(kind: Kind, cell: Cell) -> Cell:
    if cell is None:
        return None
    if kind == "truth":
        return bool(cell)
    if kind == "numbers":
        return [float(number) for number in json.loads(str(cell))]
    return cell


def wide_table(file: StudyFile) -> Table:
    """Return one row an administration: its condition, the value of each item, and how many answers are in each state.

    ``item_1`` to ``item_n`` hold scale values, in distribution mode the mean of the distribution; they are empty where
    the answer is not valid. ``valid``, ``refused``, ``unparseable``, ``failed`` and ``not_asked`` add up to n.
    """
    n_items = file.instrument().n_items
    fields = (
        Field("respondent", "text"),
        Field("kind", "text"),
        *_CONDITION_FIELDS,
        Field("repeat", "whole"),
        *(Field(f"item_{item}", "number") for item in range(1, n_items + 1)),
        *(Field(state.value, "whole") for state in State),
        Field("not_asked", "whole"),
    )
    return Table(fields, _administrations(file, n_items))


def _administrations(file: StudyFile, n_items: int) -> Iterator[tuple[Cell, ...]]:
    respondents, conditions = file.respondents(), file.conditions()
    found = file.rows(
        "SELECT respondent, condition, repeat, item, state, value FROM answer "
        "ORDER BY respondent, condition, repeat, item"
    )
    for (respondent, condition, repeat), answers in itertools.groupby(found, key=lambda row: row[:3]):
        values: list[Cell] = [None] * n_items
        counts = dict.fromkeys((state.value for state in State), 0)
        for *_, item, state, value in answers:
            values[item - 1] = value
            counts[state] += 1
        who, how = respondents[respondent], conditions[condition]
        yield (
            who.name, who.kind, condition, how.wording, how.wording_hash, how.framing.name, how.presentation,
            how.item_order, how.option_order, how.mode, repeat, *values, *counts.values(),
            n_items - sum(counts.values()),
        )  # fmt: skip


# ------------------------------------------------------------------------------------------------ as text


def csv_lines(table: Table) -> Iterator[str]:
    """Return a table as CSV, a batch of rows at a time: names first, no value as an empty cell, lists as JSON."""
    yield _csv_text([[field.name for field in table.fields]])
    for batch in _batches(table):
        yield _csv_text([[_csv_cell(cell) for cell in row] for row in batch])


def _csv_text(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _csv_cell(cell: Cell) -> object:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return json.dumps(cell) if isinstance(cell, list) else cell


def json_lines(table: Table) -> Iterator[str]:
    """Return a table as JSON lines, a batch of rows at a time: one object a row, no value as null."""
    names = [field.name for field in table.fields]
    for batch in _batches(table):
        yield "".join(_json_line(dict(zip(names, row, strict=True))) for row in batch)


def _json_line(record: dict[str, Cell]) -> str:
    return json.dumps(record, ensure_ascii=False, allow_nan=False).translate(_LINE_ENDS) + "\n"


def _batches(table: Table) -> Iterator[tuple[tuple[Cell, ...], ...]]:
    while batch := tuple(itertools.islice(table.rows, BATCH)):
        yield batch


# ----------------------------------------------------------------------------------------------- as a file


def write_table(table: Table, path: Path, form: Format) -> None:
    """Write a table to a file, which is there whole or not at all; one that is there is replaced.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".valuemap-", dir=path.parent) as folder:
            draft = Path(folder) / "draft"
            if form == "parquet":
                _write_parquet(table, draft)
            else:
                with draft.open("w", encoding="utf-8", newline="") as stream:
                    stream.writelines(csv_lines(table) if form == "csv" else json_lines(table))
            os.replace(draft, path)  # noqa: PTH105
    except OSError as fault:
        raise DataError(f"{path}: cannot be written ({fault.strerror or fault}).") from None


def _write_parquet(table: Table, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "text": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "truth": pa.bool_(),
        "numbers": pa.list_(pa.float64()),
    }
    schema = pa.schema([(field.name, types[field.kind]) for field in table.fields])
    with pq.ParquetWriter(path, schema) as writer:
        for batch in _batches(table):
            cells = zip(*batch, strict=True)
            columns = [pa.array(column, kind) for column, kind in zip(cells, schema.types, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
