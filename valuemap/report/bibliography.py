"""References as a person cites them, and as BibTeX.

In goes a reference in APA's form, as instruments and norms carry it; out comes a `Citation` with its parts, the way it
is named in a sentence, and a BibTeX entry. Rule: a part that cannot be told from the text is not guessed: the entry is
then ``@misc`` with the whole reference in its note.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_REFERENCE = re.compile(r"(?P<authors>[^()]+?) \((?P<year>\d{4})\)\. (?P<title>[^?]+?[.?]|[^.]+?\?) (?P<where>.+)")
_JOURNAL = re.compile(
    r"(?P<journal>[^,]+), (?P<volume>\d+(?:/\d+)?)(?:\((?P<number>[^)]+)\))?, (?P<pages>\d+[-–]\d+)\.?"
)
_AUTHOR = re.compile(r"(?P<family>[^,&]+), (?P<given>(?:\w\.[ -]?)+)")
_SPECIAL = {character: "\\" + character for character in "%&#_$"} | {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True)
class Citation:
    """One reference.

    Attributes
    ----------
    text
        The whole reference.
    authors
        Family name and initials of each; empty where the text does not tell them.
    year, title, where
        Its parts; empty where the text does not tell them.
    doi
        Empty where there is none.
    """

    text: str
    authors: tuple[tuple[str, str], ...] = ()
    year: str = ""
    title: str = ""
    where: str = ""
    doi: str = ""

    @property
    def in_sentence(self) -> str:
        """How a sentence names it: (Schwartz & Cieciuch, 2022); the whole reference where its parts are not known."""
        if not self.authors:
            return f"({self.text.rstrip('.')})"
        families = [family for family, _ in self.authors]
        named = " & ".join(families) if len(families) < 3 else f"{families[0]} et al."
        return f"({named}, {self.year})"

    @property
    def key(self) -> str:
        """The BibTeX key: first author and year, or the first words."""
        words = f"{self.authors[0][0]} {self.year}" if self.authors else " ".join(self.text.split()[:6])
        plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "reference"


def citation(text: str, doi: str = "") -> Citation:
    """Take a reference apart."""
    whole = text.strip()
    whole += "" if whole.endswith(".") else "."
    found = _REFERENCE.fullmatch(whole)
    authors = _authors(found["authors"]) if found else ()
    if not found or not authors:
        return Citation(whole, doi=doi)
    return Citation(whole, authors, found["year"], found["title"].rstrip("."), found["where"].rstrip("."), doi)


def _authors(text: str) -> tuple[tuple[str, str], ...]:
    """Return the authors, or nothing where a part of the text is no author."""
    found = tuple((one["family"].strip(), one["given"].strip()) for one in _AUTHOR.finditer(text))
    rest = _AUTHOR.sub("", text).replace("&", "").replace(",", "").strip()
    return found if not rest else ()


def bibtex(citations: Iterable[Citation]) -> str:
    """Return the references as a .bib file in UTF-8, each once."""
    entries: dict[str, str] = {}
    for one in dict.fromkeys(citations):
        key, again = one.key, iter("bcdefghijklmnopqrstuvwxyz")
        while key in entries:
            key = one.key + next(again)
        entries[key] = _entry(key, one)
    return "\n".join(entries.values())


def _entry(key: str, one: Citation) -> str:
    kind, fields = _fields(one)
    if one.doi:
        fields["doi"] = one.doi
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"]) + "\n"


def _fields(one: Citation) -> tuple[str, dict[str, str]]:
    if not one.authors:
        return "misc", {"title": f"{{{_escaped(one.text.rstrip('.'))}}}"}
    fields = {
        "author": " and ".join(f"{_escaped(family)}, {_escaped(given)}" for family, given in one.authors),
        "year": one.year,
        # Braces in braces: a style must not take the capitals from a name.
        "title": f"{{{_escaped(one.title)}}}",
    }
    if journal := _JOURNAL.fullmatch(one.where):
        parts = {name: _escaped(part) for name, part in journal.groupdict().items() if part}
        return "article", fields | parts | {"pages": re.sub("[-–]", "--", journal["pages"])}
    return "misc", fields | {"howpublished": _escaped(one.where)}


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)
