"""Recipes: what they hold, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from valuemap.errors import UsageError
from valuemap.plotting.recipe import load_recipe

SMALLEST = 'schema = 1\nkind = "profile"\nfiles = ["a.vmap"]\n'


def recipe(folder: Path, text: str) -> Path:
    path = folder / "r.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_recipe(tmp_path: Path) -> None:
    found = load_recipe(recipe(tmp_path, SMALLEST + '[options]\nnorm = "people.vmap"\n'))
    assert found.paths() == (tmp_path / "a.vmap",)
    assert found.chosen().norm == str(tmp_path / "people.vmap")


def test_options_are_those_of_the_command_line(tmp_path: Path) -> None:
    text = SMALLEST + '[options]\nnorm = "ess9-de"\nby = "framing"\nmargin = 1\ntarget_se = 0.05\nseed = 7\n'
    found = load_recipe(recipe(tmp_path, text)).chosen()
    assert (found.norm, found.by_framing, found.margin, found.target_se, found.seed) == ("ess9-de", True, 1.0, 0.05, 7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALLEST.replace("profile", "pie"), "kind: there is no 'pie'"),
        (SMALLEST.replace('["a.vmap"]', "[]"), "files"),
        (SMALLEST.replace("schema = 1", "schema = 2"), "schema"),
        (SMALLEST + "colour = 1\n", "colour"),
        (SMALLEST + 'out = "a.docx"\n', "out: 'a.docx'"),
        (SMALLEST + 'caption = "{everything}"\n', "everything"),
        (SMALLEST + '[size]\npreset = "lancet"\n', "lancet"),
        (SMALLEST + "[size]\nwidth = 5\n", "size.width"),
        (SMALLEST + "[size]\ndpi = 5000\n", "size.dpi"),
        (SMALLEST + "[options]\nmargin = 0\n", "options.margin"),
        ("kind = \n", "not valid TOML"),
    ],
)
def test_a_fault_is_said_with_file_and_field(tmp_path: Path, text: str, said: str) -> None:
    path = recipe(tmp_path, text)
    with pytest.raises(UsageError) as fault:
        load_recipe(path)
    assert str(path) in str(fault.value)
    assert said in str(fault.value)
