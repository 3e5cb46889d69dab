"""The exported tables: every answer once, in an order of their own, with no formula in a csv and no loss elsewhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuemap.errors import DataError
from valuemap.export import (
    Field,
    Table,
    csv_lines,
    json_lines,
    long_table,
    wide_table,
    write_table,
)
from valuemap.hostile_text import FORMULA_STARTS, harmless
from valuemap.instrument import Instrument, Wording
from valuemap.respondents.base import Identity
from valuemap.scoring.answers import load_answers
from valuemap.store import AnswerRecord, CallRecord, StudyFile
from valuemap.study import NO_FRAMING, Framing, State, Study, grid

ANNA, BEN = Identity("anna", "openai", "m-1"), Identity("=ben", "simulated", "ben")
# Two framings whose names are equal because their first words are.
FRAMINGS = (NO_FRAMING, Framing("You are a", "You are a counsellor."), Framing("You are a", "You are a judge."))
STATES = (State.VALID, State.REFUSED, State.UNPARSEABLE, State.FAILED)
REPLY = '=HYPERLINK("http://x","5")\x1b[31m\r\nline two\u2028three'


def design(instrument: Instrument, wordings: dict[str, Wording]) -> Study:
    conditions = grid({"w1": wordings["w1"]}, FRAMINGS, ("item",), ("fixed",), ("ascending",), "sample")
    return Study(instrument, {"w1": wordings["w1"]}, (ANNA, BEN), conditions, 2, 1)


def call(item: int) -> CallRecord:
    return CallRecord(
        prompt=f"Prompt {item}",
        raw=REPLY,
        refusal=None,
        finish_reason="stop",
        tokens_in=12,
        tokens_out=1,
        latency=0.25,
        seed=7,
        attempts=1,
        model="m-1-0613",
        fingerprint=None,
    )


def record(item: int, state: State) -> AnswerRecord:
    valid = state is State.VALID
    return AnswerRecord(item, item, state, 5.0 if valid else None, "5" if valid else None, "" if valid else "why")


@pytest.fixture
def file(tmp_path: Path, small: Instrument, small_wordings: dict[str, Wording]) -> Iterator[StudyFile]:
    """Two respondents, three conditions, two repeats; items 1 to 4 are in one state each, and item 5 is not asked."""
    study = design(small, small_wordings)
    with StudyFile.create(tmp_path / "s.vmap", study) as opened:
        # Answers arrive in any order.
        for administration in reversed(list(study.administrations())):
            for item, state in sorted(enumerate(STATES, start=1), reverse=True):
                opened.add(administration, call(item), [record(item, state)])
        opened.commit()
        yield opened


@pytest.fixture
def distribution(tmp_path: Path, small: Instrument, small_wordings: dict[str, Wording]) -> Iterator[StudyFile]:
    conditions = grid(small_wordings, (NO_FRAMING,), ("item",), ("fixed",), ("descending",), "distribution")
    study = Study(small, small_wordings, (ANNA,), conditions, 9, 1)
    with StudyFile.create(tmp_path / "d.vmap", study) as opened:
        for administration in study.administrations():
            for item in range(1, 6):
                answer = AnswerRecord(item, item, State.VALID, 3.5, None, "", False, (0.5, 0, 0, 0, 0, 0.5), 0.875)
                opened.add(administration, call(item), [answer])
        opened.commit()
        yield opened


def frame(table: Table) -> pd.DataFrame:
    return pd.DataFrame(list(table.rows), columns=[field.name for field in table.fields])


# -------------------------------------------------------------------------------------------------- long


def test_long_has_one_row_an_answer_and_every_column_of_the_view(file: StudyFile) -> None:
    found = frame(long_table(file))
    view = {name for (name,) in file.rows("SELECT name FROM pragma_table_info('answer_in_full')")}
    assert len(found) == sum(file.counts().values()) == 2 * 3 * 2 * 4
    assert view <= set(found.columns)


def test_the_order_of_the_rows_is_that_of_the_study_and_not_of_arrival(file: StudyFile) -> None:
    found = frame(long_table(file))
    keys = list(zip(found["respondent"] != "anna", found["condition"], found["repeat"], found["item"], strict=True))
    assert keys == sorted(keys)
    assert not found["id"].is_monotonic_increasing


def test_conditions_whose_framings_have_the_same_name_stay_apart(file: StudyFile) -> None:
    found = frame(long_table(file))
    assert found.groupby("framing")["condition"].nunique().to_dict() == {"none": 1, "You are a": 2}


def test_every_row_says_which_wording_was_shown(file: StudyFile, small_wordings: dict[str, Wording]) -> None:
    assert set(frame(long_table(file))["wording_hash"]) == {small_wordings["w1"].hash}


def test_only_a_valid_answer_has_a_value(file: StudyFile) -> None:
    found = frame(long_table(file))
    assert found.groupby("state")["value"].count().to_dict() == {
        "valid": 12, "refused": 0, "unparseable": 0, "failed": 0,
    }  # fmt: skip


def test_probabilities_are_numbers(distribution: StudyFile) -> None:
    found = frame(long_table(distribution))
    assert found["probabilities"].tolist() == [[0.5, 0.0, 0.0, 0.0, 0.0, 0.5]] * 10
    assert set(found["option_mass"]) == {0.875}


# -------------------------------------------------------------------------------------------------- wide


def test_wide_has_one_row_an_administration_with_the_values_that_are_scored(file: StudyFile) -> None:
    found, answers = frame(wide_table(file)), load_answers(file)
    assert len(found) == 2 * 3 * 2
    np.testing.assert_array_equal(found.filter(like="item_").drop(columns="item_order").astype(float), answers.values)
    for column in ("respondent", "condition", "framing", "option_order", "repeat"):
        assert found[column].tolist() == answers.administrations[column].tolist()


def test_wide_counts_the_four_states_and_what_was_not_asked(file: StudyFile) -> None:
    counts = frame(wide_table(file))[["valid", "refused", "unparseable", "failed", "not_asked"]]
    assert counts.drop_duplicates().to_numpy().tolist() == [[1, 1, 1, 1, 1]]


def test_an_empty_study_gives_the_names_and_no_rows(
    tmp_path: Path, small: Instrument, small_wordings: dict[str, Wording]
) -> None:
    with StudyFile.create(tmp_path / "e.vmap", design(small, small_wordings)) as empty:
        assert len("".join(csv_lines(long_table(empty))).splitlines()) == 1
        assert len("".join(csv_lines(wide_table(empty))).splitlines()) == 1
        assert "".join(json_lines(wide_table(empty))) == ""
        write_table(wide_table(empty), tmp_path / "e.parquet", "parquet")
    assert pq.read_table(tmp_path / "e.parquet").num_rows == 0


# --------------------------------------------------------------------------------------------------- csv


@given(st.text())
def test_no_text_in_a_csv_begins_as_a_formula_or_holds_a_control_character(text: str) -> None:
    made = harmless(text)
    assert not made.lstrip().startswith(FORMULA_STARTS)
    assert all(character.isprintable() or character in "\n\t" or ord(character) > 0x9F for character in made)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t=", "\n+", "\x00=", "\u3000@", "＝"])
def test_a_formula_gets_an_apostrophe(start: str) -> None:
    assert harmless(f"{start}1+1").startswith("'")


@pytest.mark.parametrize("text", ["5", "a=b", "I would say -1", "two\nlines", "a\tb", "שלום", "", "'"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_csv_keeps_names_and_replies_from_being_run(file: StudyFile) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(csv_lines(long_table(file))), newline="")))
    assert {row["respondent"] for row in rows} == {"anna", "'=ben"}
    assert {row["raw"] for row in rows} == {'\'=HYPERLINK("http://x","5")[31m\nline two\u2028three'}


def test_a_negative_number_is_no_formula() -> None:
    table = Table((Field("x", "number"),), iter([(-1.5,), (None,)]))
    assert "".join(csv_lines(table)) == 'x\n-1.5\n""\n'


def test_numbers_truth_and_lists_can_be_read_back_from_csv(distribution: StudyFile) -> None:
    found = pd.read_csv(io.StringIO("".join(csv_lines(long_table(distribution)))))
    assert found["value"].tolist() == [3.5] * 10
    assert found["disclaimer"].dtype == bool
    assert json.loads(found["probabilities"][0]) == [0.5, 0, 0, 0, 0, 0.5]


# ----------------------------------------------------------------------------------------- jsonl, parquet


def test_json_lines_are_one_object_a_line_for_every_reader_of_lines(file: StudyFile) -> None:
    lines = "".join(json_lines(long_table(file))).splitlines()
    assert len(lines) == 48
    assert {json.loads(line)["raw"] for line in lines} == {REPLY}


def test_json_lines_hold_lists_truth_and_null(distribution: StudyFile) -> None:
    first: dict[str, Any] = json.loads(next(json_lines(long_table(distribution))).split("\n")[0])
    assert first["probabilities"] == [0.5, 0, 0, 0, 0, 0.5]
    assert first["disclaimer"] is False
    assert first["printed_code"] is None


@pytest.mark.parametrize("shape", [long_table, wide_table])
def test_parquet_has_every_column_in_its_kind_even_where_it_is_empty(
    shape: Any, distribution: StudyFile, tmp_path: Path
) -> None:
    wanted = {
        "text": "string",
        "whole": "int64",
        "number": "double",
        "truth": "bool",
        "numbers": "list<element: double>",
    }
    table: Table = shape(distribution)
    write_table(table, tmp_path / "t.parquet", "parquet")
    schema = pq.read_schema(tmp_path / "t.parquet")
    assert {field.name: str(schema.field(field.name).type) for field in table.fields} == {
        field.name: wanted[field.kind] for field in table.fields
    }


def test_parquet_keeps_replies_as_they_came(file: StudyFile, tmp_path: Path) -> None:
    write_table(long_table(file), tmp_path / "t.parquet", "parquet")
    found = pd.read_parquet(tmp_path / "t.parquet")
    assert set(found["raw"]) == {REPLY}
    assert set(found["respondent"]) == {"anna", "=ben"}


def test_a_table_of_many_batches_is_whole(tmp_path: Path) -> None:
    def numbers() -> Table:
        return Table((Field("n", "whole"),), ((n,) for n in range(25_001)))

    write_table(numbers(), tmp_path / "n.parquet", "parquet")
    write_table(numbers(), tmp_path / "n.csv", "csv")
    write_table(numbers(), tmp_path / "n.jsonl", "jsonl")
    wanted = list(range(25_001))
    assert pd.read_parquet(tmp_path / "n.parquet")["n"].tolist() == wanted
    assert pd.read_csv(tmp_path / "n.csv")["n"].tolist() == wanted
    assert pd.read_json(tmp_path / "n.jsonl", lines=True)["n"].tolist() == wanted


# -------------------------------------------------------------------------------------------------- files


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[int]]:
        yield (1,)
        raise KeyboardInterrupt

    (tmp_path / "t.csv").write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_table(Table((Field("n", "whole"),), broken()), tmp_path / "t.csv", "csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "t.csv"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t\.csv: cannot be written"):
        write_table(Table((), iter([])), tmp_path / "gone" / "t.csv", "csv")
