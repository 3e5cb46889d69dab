"""Takes the user's own copy of an instrument's text over into a wording file of the user's folder.

In goes a csv, xlsx, txt or docx file with one item (or scene) a row, or the answer words of a choice test; out comes
``instruments/<id>/wordings/<name>.toml`` under
`valuemap.catalog.user_root`, never in the package. Nothing is guessed in silence: the encoding taken, paragraphs left
out and rows put into another order are told in ``notes``; whatever could be read in two ways is refused with a sentence
that says how to mend the file. A wording that is there already is never overwritten.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from valuemap.catalog import find_wording, user_root, wording_files
from valuemap.definition import examine_content
from valuemap.errors import CatalogError, DataError, UsageError
from valuemap.instrument import Instrument, Wording, load_wording
from valuemap.instrument_check import count_pronouns, doubts_of_headings, doubts_of_texts, is_english, unprintable

if TYPE_CHECKING:
    from docx.document import Document

Form = Literal["neutral", "feminine", "masculine"]

#: The shipped wording whose instruction, question and labels stand in where the user gives none.
OURS = "en-a"

# "7. She", "7.She", "7) 10 minutes", a tab; but not "7.5 hours" and not "10:30".
_MARKED = re.compile(r"([0-9]{1,5})\s*(?:[.):](?:\s+|(?=[^0-9\s]))|\t\s*)(\S.*)", re.DOTALL)
_BARE = re.compile(r"([0-9]{1,5})\s+(\S.*)", re.DOTALL)
_NUMBER = re.compile(r"([0-9]{1,5})\s*[.):]?")
_HEADINGS = frozenset({"item", "items", "scene", "scenes", "text", "item text", "wording", "statement", "question"})
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


@dataclass(frozen=True)
class Row:
    """One row of the user's file: where it stands, the number printed before the item if any, the item."""

    place: str
    number: int | None
    text: str


@dataclass(frozen=True)
class ReadItems:
    """The items of a file in their order, and what the user should know about how they were read."""

    items: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class WordingOptions:
    """What the user says about the text.

    Attributes
    ----------
    id
        The new wording's name.
    language
        Like "en" or "pt-BR".
    form
        The gender form.
    own
        The text is the user's own and not the instrument's official one.
    instruction, question, labels
        ``None`` takes those of the shipped wording en-a, for English only.
    """

    id: str
    language: str
    form: Form
    own: bool = False
    instruction: str | None = None
    question: str | None = None
    labels: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Imported:
    """The wording as it was stored, and where; ``notes`` say how it was read, ``warnings`` what looks wrong."""

    wording: Wording
    path: Path
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def import_wording(instrument: Instrument, file: Path, options: WordingOptions, source: str | None = None) -> Imported:
    """Read the user's copy, check it and store it as a wording of the instrument.

    Parameters
    ----------
    instrument
        What it is a wording of.
    file
        The csv, txt or docx file.
    options
        What the user says about it.
    source
        What the user called the instrument, where that was a folder's path.

    Raises
    ------
    DataError
        The file cannot be read, or its items are not those of the instrument; the message names the row.
    UsageError
        The name is taken or no name, or instruction, question or labels are needed and not given.
    """
    _check_name(options.id, source or instrument.id)
    shown, read_notes = _shown(instrument, file)
    texts, ours, lender = _texts_around(instrument, options, source)
    notes = [*read_notes]
    if ours:
        notes.append(f"{_and(ours)}: ours, from {lender}, because none was given; they are no official text.")
    content = {
        "schema": 1,
        "instrument": instrument.id,
        "id": options.id,
        "language": options.language,
        "form": options.form,
        "variant": options.id.removesuffix(f"-{options.form}"),
        "origin": "user" if options.own else "official",
        "note": f"Imported from {file.name}." + (f" {_and(ours)}: valuemap's own ({lender})." if ours else ""),
        "licence": "The user's own text."
        if options.own
        else "The rights holder's. For the user only: not to be passed on.",
        **texts,
        **shown,
    }
    wording = examine_content(content, Wording)
    faults = wording if isinstance(wording, tuple) else wording.faults_against(instrument)
    if isinstance(wording, tuple) or faults:
        raise UsageError(f"{options.id}: {faults[0]}.")
    path = user_root() / "instruments" / instrument.id / "wordings" / f"{options.id}.toml"
    _store(content, path)
    portraits = instrument.response.kind == "likert"
    if portraits and is_english(wording):
        counted = count_pronouns(wording.items.values())
        notes.append(
            f"Of {len(wording.items)} items {counted.feminine} say she or her, {counted.masculine} he, him or his, "
            f"{counted.neutral} they or their."
        )
    doubts = tuple(
        f"{doubt}."
        for doubt in (*doubts_of_texts(wording, portraits=portraits), *doubts_of_headings(wording, instrument))
    )
    return Imported(load_wording(path, instrument), path, tuple(notes), doubts)


def _shown(instrument: Instrument, file: Path) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the tables of the wording that the file holds, and how it was read."""
    if instrument.response.kind == "choice":
        from valuemap.options_import import read_options

        read = read_options(file, instrument)
        tables: dict[str, object] = {"options": {str(item): list(read.options[item]) for item in sorted(read.options)}}
        items = {str(item): read.texts[item] for item in sorted(read.texts)}
        return tables | ({"items": items} if items else {}), read.notes
    found = read_items(file, instrument.n_items)
    return {"items": {str(number): text for number, text in enumerate(found.items, start=1)}}, found.notes


def _check_name(name: str, instrument: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise UsageError(
            f"--id {name!r}: a name has up to 100 letters, digits, dots, hyphens and underscores, and starts with a "
            "letter or digit."
        )
    for known, file in wording_files(instrument).items():
        if known.casefold() == name.casefold():
            raise UsageError(
                f"--id {name}: there is a wording {known} already ({file}); nothing was changed. Take another name."
            )


def _texts_around(
    instrument: Instrument, options: WordingOptions, source: str | None
) -> tuple[dict[str, object], list[str], str]:
    """Return instruction, question and labels, which of them are ours, and the wording they were taken from."""
    given: dict[str, object] = {
        "instruction": options.instruction,
        "question": options.question,
        "labels": None if options.labels is None else list(options.labels),
    }
    if instrument.response.kind == "choice" and options.labels is None:
        given["labels"] = []  # the options of each item stand in their place
    missing = [name for name, text in given.items() if text is None]
    if not missing:
        return given, [], ""
    wanted = " and ".join(f"--{name}" for name in missing)
    if options.language.split("-")[0] != "en":
        raise UsageError(f"{wanted}: needed, in the language of the items ({options.language}); ours are English.")
    ours = _ours(instrument, source)
    if ours is None:
        raise UsageError(f"{wanted}: needed, because {instrument.id} has no wording {OURS} to take them from.")
    standing_in: dict[str, object] = {
        "instruction": ours.instruction,
        "question": ours.question,
        "labels": list(ours.labels),
    }
    return {name: standing_in[name] if name in missing else text for name, text in given.items()}, missing, ours.id


def _ours(instrument: Instrument, source: str | None) -> Wording | None:
    """Return the wording that lends its texts: en-a, or else the first English one of this project."""
    for name in (OURS, *wording_files(source or instrument.id)):
        try:
            found = find_wording(instrument, name, source)
        except CatalogError:
            continue
        if name == OURS or (found.origin == "valuemap" and is_english(found)):
            return found
    return None


def _store(content: dict[str, object], path: Path) -> None:
    """Write the file in one go, and never over another."""
    import tomli_w

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        raise UsageError(f"{path}: is there already; nothing was changed. Take another --id.") from None
    except OSError as fault:
        raise DataError(f"{path}: cannot be written ({fault.strerror}).") from None
    try:
        with stream:
            stream.write(tomli_w.dumps(content))
    except OSError as fault:
        path.unlink(missing_ok=True)
        raise DataError(f"{path}: cannot be written ({fault.strerror}).") from None


def read_items(file: Path, n_items: int) -> ReadItems:
    """Read the items of a csv, xlsx, txt or docx file.

    Parameters
    ----------
    file
        One item a row, in the instrument's order or with its number before it.
    n_items
        How many there must be.

    Raises
    ------
    DataError
        Naming the file and the row, and what to do.
    """
    readers = {".csv": _read_csv, ".xlsx": _read_xlsx, ".txt": _read_txt, ".docx": _read_docx}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise DataError(f"{file}: not a csv, xlsx, txt or docx file; save the items as one of these, one item a row.")
    try:
        rows, notes = reader(file)
    except OSError as fault:
        raise DataError(f"{file}: cannot be read ({fault.strerror or fault}).") from None
    for row in rows:
        check_letters(file, row)
    items, reordered = _in_order(file, rows, n_items)
    if reordered:
        notes.append("The rows stood in another order; they were put in the order of their numbers.")
    if all(len(item) > 1 and item.startswith('"') and item.endswith('"') for item in items):
        notes.append('Every item stands in quotation marks ("..."), and they were kept: a model will see them.')
    return ReadItems(items, tuple(notes))


def grid_of(file: Path) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """Read the filled rows of a table (csv, xlsx, or the only table of a Word file), each with its place and its cells.

    Raises
    ------
    DataError
        The file is of another kind, or cannot be read.
    """
    readers = {".csv": _csv_grid, ".xlsx": _xlsx_grid, ".docx": _docx_grid}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise DataError(f"{file}: not a csv, xlsx or docx file; save the options as one of these, one item a row.")
    try:
        return reader(file)
    except OSError as fault:
        raise DataError(f"{file}: cannot be read ({fault.strerror or fault}).") from None


def _csv_grid(file: Path) -> tuple[list[tuple[str, list[str]]], list[str]]:
    text, notes = _decoded(file)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    lines = _cells(file, text, delimiter)
    if isinstance(lines, DataError):
        raise lines
    return [(place, [_clean(cell) for cell in cells]) for place, cells in lines], notes


def _xlsx_grid(file: Path) -> tuple[list[tuple[str, list[str]]], list[str]]:
    import openpyxl

    with file.open("rb") as stream:
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
            names = book.sheetnames
        except Exception:  # zipfile, lxml and openpyxl each fail in their own way on a damaged file
            raise DataError(f"{file}: not an Excel file, or a damaged one; save it again as .xlsx.") from None
    lines: list[tuple[str, list[str]]] = []
    for number, row in enumerate(rows, start=1):
        cells = ["" if cell is None else _clean(_as_typed(cell)) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            lines.append((f"row {number}", cells))
    return lines, [f"Read the sheet {names[0]!r}; the others were left out."] if len(names) > 1 else []


def _as_typed(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _docx_grid(file: Path) -> tuple[list[tuple[str, list[str]]], list[str]]:
    body = _opened(file).element.body
    _check_docx(file, body)
    tables = list(body.iter(_w("tbl")))
    if len(tables) != 1:
        raise DataError(f"{file}: holds {len(tables) or 'no'} tables; put the options into one, one item a row.")
    rows = [[_text(cell) for cell in row.iter(_w("tc"))] for row in tables[0].iter(_w("tr"))]
    lines = [(f"table row {number}", cells) for number, cells in enumerate(rows, start=1) if any(cells)]
    return lines, _left_out([p for p in body.iter(_w("p")) if _text(p) and not _within(p, "tbl")], "its table")


def _in_order(file: Path, rows: Sequence[Row], n_items: int) -> tuple[tuple[str, ...], bool]:
    """Check that the items are complete, and put numbered ones in the order of their numbers."""
    if not rows:
        raise DataError(f"{file}: holds no items.")
    numbered = [(row.number, row) for row in rows if row.number is not None]
    if numbered:
        check_numbers(file, numbered, n_items)
    if len(rows) != n_items:
        raise DataError(
            f"{file}: {len(rows)} items, but the instrument has {n_items}. The first is {_shortened(rows[0].text)} "
            f"({rows[0].place}), the last {_shortened(rows[-1].text)} ({rows[-1].place}): "
            "each item must be one row, without headings."
        )
    if not numbered:
        return tuple(row.text for row in rows), False
    ordered = sorted(numbered, key=lambda entry: entry[0])
    return tuple(row.text for _, row in ordered), ordered != numbered


def check_numbers(file: Path, numbered: Sequence[tuple[int, Row]], n_items: int) -> None:
    """Refuse numbers that are outside the instrument, that come twice or that are missing."""
    times = Counter(number for number, _ in numbered)
    for number, row in numbered:
        if not 1 <= number <= n_items:
            raise DataError(f"{file}, {row.place}: item {number}, but items run from 1 to {n_items}.")
        if times[number] > 1:
            raise DataError(f"{file}, {row.place}: item {number} is there {times[number]} times.")
    missing = [number for number in range(1, n_items + 1) if number not in times]
    if missing:
        raise DataError(f"{file}: item {missing[0]} is missing ({len(missing)} of {n_items} in all).")


def check_letters(file: Path, row: Row) -> None:
    """Refuse letters that were lost or garbled on the way."""
    if broken := unprintable(row.text):
        raise DataError(f"{file}, {row.place}: holds {broken}. Save the original again as UTF-8.")
    if was := _before_garbling(row.text):
        raise DataError(
            f"{file}, {row.place}: letters were garbled when the file was made ({_shortened(row.text)} was once "
            f"{_shortened(was)}). Save the original again as UTF-8."
        )


def _before_garbling(text: str) -> str:
    """Return what a UTF-8 text was before it was read as cp1252 and saved; empty where it was not."""
    try:
        was = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""
    return "" if was == text else was


def _shortened(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39].rstrip()}…”"


def _and(names: Sequence[str]) -> str:
    listed = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    return listed[0].upper() + listed[1:]


# ---------------------------------------------------------------- text files


def _decoded(file: Path) -> tuple[str, list[str]]:
    """Decode a text file; the encodings are tried from the one that proves itself to the one that never fails."""
    raw = file.read_bytes()
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return _decode(file, raw, encoding), [f"Read as {encoding} (the file says so)."]
    if b"\0" in raw:
        # Without a mark, the place of the zero bytes tells which half of each letter comes first.
        encoding = "utf-16-le" if raw[1::2].count(0) >= raw[::2].count(0) else "utf-16-be"
        return _decode(file, raw, encoding), [f"Read as {encoding}, which its zero bytes point to."]
    try:
        return raw.decode("utf-8"), ["Read as utf-8."]
    except UnicodeDecodeError:
        text = _decode(file, raw, "cp1252")
    first = next(place for place, letter in enumerate(text) if not letter.isascii())
    sample = _clean(text[max(0, first - 15) : first + 15])
    return text, [f"Read as cp1252 (Windows), because it is not UTF-8. Look whether this is right: “{sample}”"]


def _decode(file: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as fault:
        what = "neither utf-8 nor cp1252" if encoding == "cp1252" else f"not {encoding}"
        raise DataError(f"{file}: {what} text (byte {fault.start + 1}); save it as UTF-8.") from None


def _clean(text: str) -> str:
    """Make every run of blanks one blank; letters and quotation marks stay as they are."""
    return " ".join(text.split())


def _read_txt(file: Path) -> tuple[list[Row], list[str]]:
    text, notes = _decoded(file)
    # Not splitlines(): it would also break at control characters, which are to be found and told.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    placed = [(f"line {number}", line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    return _numbered(file, placed), notes


def _numbered(file: Path, placed: Sequence[tuple[str, str]]) -> list[Row]:
    """Take the numbers off the lines, where all have one ("7. She ...", "7) She ...", "7 She ...").

    A line may begin with a number of its own ("10 minutes late, she ..."): only when every line has one, or when one is
    marked as an item's number, are they taken for item numbers.
    """
    marked = [_MARKED.fullmatch(line) for _, line in placed]
    either = [found or _BARE.fullmatch(line) for found, (_, line) in zip(marked, placed, strict=True)]
    if not all(either):
        if any(marked):
            bare = next(entry for entry, found in zip(placed, either, strict=True) if not found)
            raise DataError(
                f"{file}, {bare[0]}: {_shortened(bare[1])} has no item number, but other rows have one; "
                "number all rows or none, each item on one row, without headings."
            )
        return [Row(place, None, _clean(line)) for place, line in placed]
    return [
        Row(place, int(found[1]), _clean(found[2])) for (place, _), found in zip(placed, either, strict=True) if found
    ]


def _read_xlsx(file: Path) -> tuple[list[Row], list[str]]:
    """Read the first sheet: an item a row, or its number and the item."""
    lines, notes = _xlsx_grid(file)
    if rows := _rows_with_numbers(file, lines):
        return rows, notes
    for place, cells in lines:
        if len(cells) > 1:
            raise DataError(
                f"{file}, {place}: {len(cells)} filled cells, of which {_shortened(cells[0])} is the first. Keep one "
                "column with the item, or two with its number and the item."
            )
    return _numbered(file, _without_heading([(place, cells[0]) for place, cells in lines], notes)), notes


def _read_csv(file: Path) -> tuple[list[Row], list[str]]:
    text, notes = _decoded(file)
    readings = {delimiter: _cells(file, text, delimiter) for delimiter in _DELIMITERS}
    for delimiter, lines in readings.items():
        if not isinstance(lines, DataError) and (rows := _rows_with_numbers(file, lines)):
            return rows, [*notes, f"Two columns, number and item, parted by a {_DELIMITERS[delimiter]}."]
    single = readings[","]
    if isinstance(single, DataError):
        raise single
    _check_single_column(file, single, {d: lines for d, lines in readings.items() if not isinstance(lines, DataError)})
    return _numbered(file, _without_heading([(place, cells[0]) for place, cells in single], notes)), notes


def _without_heading(placed: list[tuple[str, str]], notes: list[str]) -> list[tuple[str, str]]:
    if not placed or placed[0][1].casefold() not in _HEADINGS:
        return placed
    notes.append(f"The first row, {_shortened(placed[0][1])}, was taken for a heading.")
    return placed[1:]


def _cells(file: Path, text: str, delimiter: str) -> list[tuple[str, list[str]]] | DataError:
    """Return the filled rows, each with its place and without empty cells at its end; or why there are none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[str, list[str]]] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                lines.append((f"line {reader.line_num}", cells))
    except csv.Error as fault:
        return DataError(
            f"{file}, line {reader.line_num}: not valid CSV ({fault}). Double the quotation marks within an item, "
            "or save the items as txt, one a line."
        )
    return lines


def _rows_with_numbers(file: Path, lines: Sequence[tuple[str, list[str]]]) -> list[Row]:
    """Read rows of a number and an item; nothing where the rows are not all of that kind."""
    if lines and not _NUMBER.fullmatch(lines[0][1][0]):
        lines = lines[1:]  # a heading
    rows: list[Row] = []
    for place, cells in lines:
        number = _NUMBER.fullmatch(cells[0])
        if number is None or len(cells) > 2:
            return []
        if len(cells) < 2:
            raise DataError(f"{file}, {place}: item {cells[0]} has no text.")
        rows.append(Row(place, int(number[1]), _clean(cells[1])))
    return rows


def _check_single_column(
    file: Path, single: Sequence[tuple[str, list[str]]], readings: dict[str, list[tuple[str, list[str]]]]
) -> None:
    mend = (
        "Keep one column with the item, or two with its number and the item; put items that hold commas in "
        "quotation marks, or save them as txt, one a line."
    )
    for place, cells in single:
        if len(cells) > 1:
            raise DataError(
                f"{file}, {place}: {len(cells)} cells, of which {_shortened(cells[0])} is the first. {mend}"
            )
    for delimiter, lines in readings.items():
        widths = {len(cells) for _, cells in lines}
        if len(lines) > 1 and len(widths) == 1 and widths != {1}:
            raise DataError(f"{file}: {widths.pop()} columns, parted by a {_DELIMITERS[delimiter]}. {mend}")


# ---------------------------------------------------------------- Word files


def _read_docx(file: Path) -> tuple[list[Row], list[str]]:
    """Read a Word file: the rows of its only table, else its list paragraphs, else all its paragraphs."""
    document = _opened(file)
    body = document.element.body
    _check_docx(file, body)
    tables = list(body.iter(_w("tbl")))
    loose = [p for p in body.iter(_w("p")) if _text(p) and not _within(p, "tbl")]
    listed = [paragraph for paragraph in loose if _is_listed(paragraph, document)]
    if tables and listed:
        raise DataError(f"{file}: holds a table and a numbered list; leave only the one with the items.")
    if len(tables) > 1:
        raise DataError(f"{file}: holds {len(tables)} tables; put the items into one, or one a line without a table.")
    if tables:
        notes = _left_out(loose, "its table")
        return _table_rows(file, tables[0], notes), notes
    if listed:
        others = [paragraph for paragraph in loose if paragraph not in listed]
        rows = [Row(f"list entry {n}", None, _text(p)) for n, p in enumerate(listed, start=1)]
        return rows, _left_out(others, "its list")
    return _numbered(file, [(f"paragraph {n}", _text(p)) for n, p in enumerate(loose, start=1)]), []


def _opened(file: Path) -> Document:
    import docx

    with file.open("rb") as stream:
        try:
            return docx.Document(stream)
        except Exception:  # zipfile, zlib, lxml and python-docx each fail in their own way on a damaged file
            raise DataError(
                f"{file}: not a Word document, or a damaged one; open it in Word and save it as .docx."
            ) from None


def _check_docx(file: Path, body: Any) -> None:
    changes = ("ins", "del", "moveFrom", "moveTo")
    if any(next(body.iter(_w(name)), None) is not None for name in changes):
        raise DataError(f"{file}: holds tracked changes; accept or reject them in Word first.")
    if any(_text(box) for box in body.iter(_w("txbxContent"))):
        raise DataError(f"{file}: holds a text box; move its text into the document or remove it.")


def _w(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


def _text(element: Any) -> str:
    """Return the text of a paragraph or cell; python-docx's own leaves content controls out."""
    blanks = {_w("tab"), _w("br"), _w("cr"), _w("p")}
    parts = []
    for part in element.iter():
        if part.tag == _w("t"):
            parts.append(part.text or "")
        elif part.tag == _w("noBreakHyphen"):
            parts.append("-")
        elif part.tag in blanks and not (part.tag == _w("tab") and part.getparent().tag == _w("tabs")):
            parts.append(" ")
    return _clean("".join(parts))


def _within(element: Any, name: str) -> bool:
    return next(element.iterancestors(_w(name)), None) is not None


def _is_listed(paragraph: Any, document: Document) -> bool:
    """Say whether Word puts a number or a bullet before a paragraph, by itself or by its style."""
    own = paragraph.find(f"{_w('pPr')}/{_w('numPr')}")
    if own is None:
        style = paragraph.find(f"{_w('pPr')}/{_w('pStyle')}")
        name = None if style is None else style.get(_w("val"))
        return any(
            known.find(f"{_w('pPr')}/{_w('numPr')}") is not None
            for known in document.styles.element.iter(_w("style"))
            if known.get(_w("styleId")) == name
        )
    number = own.find(_w("numId"))
    return number is None or number.get(_w("val")) != "0"


def _table_rows(file: Path, table: Any, notes: list[str]) -> list[Row]:
    """Read the rows of a table: an item, or its number and the item. Empty cells and boxes to tick do not count."""
    lines: list[tuple[str, list[str]]] = []
    for number, row in enumerate(table.iter(_w("tr")), start=1):
        cells = [_text(cell) for cell in row.iter(_w("tc"))]
        filled = [cell for cell in cells if any(letter.isalnum() for letter in cell)]
        if filled:
            lines.append((f"table row {number}", filled))
    if rows := _rows_with_numbers(file, lines):
        return rows
    for place, cells in lines:
        if len(cells) > 1:
            raise DataError(
                f"{file}, {place}: {len(cells)} filled cells, of which {_shortened(cells[0])} is the first. Keep one "
                "column with the item, or two with its number and the item."
            )
    return _numbered(file, _without_heading([(place, cells[0]) for place, cells in lines], notes))


def _left_out(paragraphs: Sequence[Any], taken: str) -> list[str]:
    if not paragraphs:
        return []
    n = len(paragraphs)
    what = "1 paragraph" if n == 1 else f"{n} paragraphs"
    return [f"The items are {taken}; {what} outside it left out, the first: {_shortened(_text(paragraphs[0]))}"]
