"""``valuemap export``: the answers of a study file as a plain table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from valuemap.cli.output import say
from valuemap.errors import EXIT_OK, UsageError
from valuemap.hostile_text import printable

if TYPE_CHECKING:
    from valuemap.export import Format, Shape

EPILOG = """\b
Examples:
  valuemap export study.vmap > answers.csv
  valuemap export study.vmap --shape wide --out passes.csv
  valuemap export study.vmap --out answers.parquet
  valuemap export study.vmap --json | jq .value
"""


@click.command(epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet", "jsonl"]),
    help="How to write it.  [default: by the name after --out, else csv]",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format jsonl.")
@click.option(
    "--shape",
    type=click.Choice(["long", "wide"]),
    default="long",
    show_default=True,
    help="long: one row an answer, with the reply, state and condition. wide: one row a pass (or person), "
    "with a column an item.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to this file instead of stdout; parquet, which is not text, needs it.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--quiet", "-q", is_flag=True, help="No messages.")
def command(
    file: Path,
    form: Format | None,
    as_json: bool,
    shape: Shape,
    out: Path | None,
    force: bool,
    quiet: bool,
) -> None:
    """Write the answers of a study file as csv, parquet or jsonl.

    Values are empty where an answer is not valid; the state says why. In csv, text that a spreadsheet would run as a
    formula gets an apostrophe before it; parquet and jsonl keep every reply as it came.
    """
    from valuemap.export import csv_lines, json_lines, long_table, wide_table, write_table
    from valuemap.store import StudyFile

    form = _format(form, out, as_json=as_json)
    _check_out(file, out, form, force=force)
    with StudyFile.open(file) as study_file:
        counts = study_file.counts()
        table = long_table(study_file) if shape == "long" else wide_table(study_file)
        if out is not None:
            write_table(table, out, form)
        else:
            for text in csv_lines(table) if form == "csv" else json_lines(table):
                click.echo(text.encode(), nl=False)
    states = ", ".join(f"{count:,} {state.value}" for state, count in counts.items())
    say(printable(f"{sum(counts.values()):,} answers ({states}){f' in {out}' if out else ''}."), quiet=quiet)
    click.get_current_context().exit(EXIT_OK)


def _format(form: Format | None, out: Path | None, *, as_json: bool) -> Format:
    if as_json:
        if form not in (None, "jsonl"):
            raise UsageError(f"--json and --format {form} contradict each other; give one of them.")
        return "jsonl"
    by_name: dict[str, Format] = {".parquet": "parquet", ".jsonl": "jsonl"}
    return form or by_name.get(out.suffix.lower() if out else "", "csv")


def _check_out(file: Path, out: Path | None, form: Format, *, force: bool) -> None:
    if out is None:
        if form == "parquet":
            raise UsageError("--format parquet is not text: name the file with --out FILE.")
    elif out.exists():
        if file.exists() and out.samefile(file):
            raise UsageError(f"--out {out}: is the study file itself, which is never written over.")
        if not force:
            raise UsageError(f"{out}: exists already; give --force to write over it.")
