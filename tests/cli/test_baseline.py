"""``valuemap baseline``: what it writes, what it never overwrites, and what it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli
from valuemap.drift.baseline import load_baseline


@pytest.fixture
def study(cli: Cli, small_folder: Path) -> Path:
    command = ("survey", small_folder, "--model", "simulated:clean", "--mode", "sample", "--repeats", 2, "--quiet")
    assert cli(*command, "--out", "study.vmap").code == 0
    return Path("study.vmap")


def test_freeze_writes_a_baseline_and_says_what_is_in_it(cli: Cli, study: Path) -> None:
    ran = cli("baseline", "freeze", study, "-o", "b.json")
    assert ran.code == 0
    assert "40 valid, 0 refused, 0 unparseable, 0 failed of 40 asked, in 8 passes" in " ".join(ran.out.split())
    assert "valuemap drift b.json" in ran.err
    (release,) = load_baseline(Path("b.json"))
    assert release.respondent.name == "simulated:clean"


def test_a_baseline_is_overwritten_with_force_only(cli: Cli, study: Path) -> None:
    assert cli("baseline", "freeze", study).code == 0
    before = Path("baseline.json").read_bytes()
    ran = cli("baseline", "freeze", study)
    assert ran.code == 2
    assert "--force" in ran.err
    assert cli("baseline", "freeze", study, "--force").code == 0
    assert Path("baseline.json").read_bytes() == before


@pytest.mark.parametrize("content", ["", "notes", '{"my": "settings"}'])
def test_a_file_that_is_no_baseline_is_never_overwritten(cli: Cli, study: Path, content: str) -> None:
    Path("other.json").write_text(content, encoding="utf-8")
    ran = cli("baseline", "freeze", study, "-o", "other.json", "--force")
    assert ran.code == 2
    assert "is no baseline" in ran.err
    assert Path("other.json").read_text(encoding="utf-8") == content


def test_the_study_file_itself_is_never_overwritten(cli: Cli, study: Path) -> None:
    before = study.read_bytes()
    assert cli("baseline", "freeze", study, "-o", study, "--force").code == 2
    assert study.read_bytes() == before


def test_an_unfinished_study_is_one_sentence_and_no_file(cli: Cli, small_folder: Path) -> None:
    options = ("--mode", "sample", "--repeats", 2, "--max-calls", 3, "--out", "half.vmap", "--quiet")
    cli("survey", small_folder, "--model", "simulated:clean", *options)
    ran = cli("baseline", "freeze", "half.vmap")
    assert ran.code == 1
    assert ran.err.startswith("Error: half.vmap: simulated:clean lacks 37 answers")
    assert not Path("baseline.json").exists()


def test_people_have_no_releases(cli: Cli, small_folder: Path) -> None:
    lines = ["id,v1,v2,v3,v4,v5", *(f"{person},1,2,3,4,{1 + person % 6}" for person in range(12))]
    Path("people.csv").write_text("\n".join(lines), encoding="utf-8")
    columns = ("--id", "id", "--items", "v{n}", "--direction", "high", "--out", "people.vmap")
    assert cli("import", small_folder, "people.csv", *columns).code == 0
    ran = cli("baseline", "freeze", "people.vmap")
    assert ran.code == 1
    assert "holds answers of people" in ran.err


def test_a_folder_that_is_not_there_is_one_sentence(cli: Cli, study: Path) -> None:
    ran = cli("baseline", "freeze", study, "-o", "no/such/baseline.json")
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_show_names_who_when_how_and_the_denominators(cli: Cli, study: Path) -> None:
    cli("baseline", "freeze", study)
    ran = cli("baseline", "show", "baseline.json")
    page = " ".join(ran.out.split())
    assert ran.code == 0
    for words in (
        "frozen from study.vmap",
        "small, version 1, 5 items",
        "clean (simulated)",
        "40 valid, 0 refused, 0 unparseable, 0 failed of 40 asked, in 8 passes",
        "w1, ascending, item, sample",
        "2 repeats, seed 1",
    ):
        assert words in page
    assert json.loads(Path("baseline.json").read_text(encoding="utf-8"))["sha256"] in page
    assert max(map(len, ran.out.splitlines())) <= 80


def test_show_json_has_the_same_for_programs(cli: Cli, study: Path) -> None:
    cli("baseline", "freeze", study)
    shown = json.loads(cli("baseline", "show", "baseline.json", "--json").out)
    (release,) = shown["releases"]
    assert release["instrument"] == "small"
    assert release["passes"] == 8
    assert release["answers"] == {
        "asked": 40, "valid": 40, "refused": 0, "unparseable": 0, "failed": 0,
    }  # fmt: skip
    assert [condition["wording"] for condition in release["conditions"]] == ["w1", "w1", "w2", "w2"]


def test_show_refuses_what_was_edited(cli: Cli, study: Path) -> None:
    cli("baseline", "freeze", study)
    file = Path("baseline.json")
    file.write_text(file.read_text(encoding="utf-8").replace('"seed": 1', '"seed": 2'), encoding="utf-8")
    ran = cli("baseline", "show", file)
    assert ran.code == 1
    assert "its content is not what was frozen" in ran.err
