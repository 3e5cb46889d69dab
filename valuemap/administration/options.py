r"""Rewrite a reply so that the options it names stand out: labels become ``«4»`` and numbers ``‹4›``.

In go plain text and the option labels in printed order; out comes the same text with options in place of what names
them, or a reason in their place (``‹out of range›``) where they name none:

==============================================  ==========================================================
the echoed legend; "1 to 6", "out of 6"         removed: the scale, not an answer
"1. …" and "2. …" at the beginnings of lines    removed: a list of reasons
"item 3", a date, a time, 5%, GPT-4, 4th        removed, or left as words: numbers of something else
"4 (Moderately like me)"                        one option; with another option's label a disagreement
"4 or 5", "4, 5", "4-5", "more than 3"          several answers, or between options
"on a scale of 1 to 10", "8/10"                 another scale
"not a 5", "than 5", "most people choose 5"     dropped, with all that follows in the clause up to a "but" or "so"
==============================================  ==========================================================

Labels are matched whole, longest first, whatever their case and inner punctuation. Those without letters, and those
that occur twice, are not matched: their code is. Whether a named option is the answer is for `parse` to decide. Every
repetition in a pattern is bounded or unambiguous, so that time is linear in the length of the reply.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from valuemap.administration.plain_text import plain
from valuemap.administration.reason import Reason

_SPELLING = r"[\w'\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0966-\u0eff]"  # letters, digits, the marks that spell words
_LINK = r"[ \n().:=,|-]{0,4}(?:(?:which (?:means|is)|meaning|ie|correspond(?:s|ing) to|is|the) ){0,2}[ (:]{0,2}"
_NEVER = re.compile(r"(?!)")


class Options(NamedTuple):
    """What is known of the options before a reply is read."""

    size: int
    label: re.Pattern[str]  # any label, longest first, the group being called o and its position
    legend: re.Pattern[str]  # all codes with their labels, in either order
    codes: re.Pattern[str]  # all codes in a row
    beginnings: frozenset[str]  # positions of labels that begin a longer one


@lru_cache(maxsize=256)
def options_of(labels: tuple[str, ...]) -> Options:
    """Prepare the patterns of labels in printed order."""
    texts = [" ".join(re.findall(rf"{_SPELLING}+", plain(label).lower())) for label in labels]
    told = Counter(texts)
    known = {n: text for n, text in enumerate(texts, 1) if told[text] == 1 and re.search(r"[^\W\d_]", text)}
    patterns = {n: _label_pattern(plain(labels[n - 1])) for n in known}
    longest_first = sorted(known, key=lambda n: -len(known[n]))
    label = "|".join(f"(?P<o{n}>{patterns[n]})" for n in longest_first)
    beginnings = {str(n) for n in known for other in known.values() if other.startswith(known[n] + " ")}
    entries = [rf"{n}{_LINK}{patterns.get(n, '(?!)')}" for n in range(1, len(labels) + 1)]
    return Options(
        size=len(labels),
        label=re.compile(rf"(?<!{_SPELLING})(?:{label})(?!{_SPELLING})", re.IGNORECASE) if known else _NEVER,
        legend=_in_a_row(entries),
        codes=_in_a_row([str(n) for n in range(1, len(labels) + 1)]),
        beginnings=frozenset(beginnings),
    )


def _label_pattern(label: str) -> str:
    """Match the words of a label whatever stands between them, if it ends no sentence."""
    parts = re.split(rf"({_SPELLING}+)", label)[1:-1]
    gap = r"(?:[^\w\n.;:!?=]{1,3}|%s)"
    return "".join(part if i % 2 == 0 else gap % part for i, part in enumerate(map(re.escape, parts)))


def _in_a_row(entries: Sequence[str]) -> re.Pattern[str]:
    between = r"[\s,;.|/()-]{1,6}(?:and |or )?"
    rows = (between.join(entries), between.join(reversed(entries)))
    return re.compile(rf"(?<![\w.])(?:{'|'.join(rows)})(?!\w)", re.IGNORECASE) if len(entries) > 2 else _NEVER


NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORD = rf"(?:{'|'.join(NUMBER_WORDS)})\b"
_COUNT = rf"(\d+|{_WORD})"
_OTHER_LETTER = r"[^\W\d_\u3040-\u9fff\uac00-\ud7af]"  # a letter of a script that writes blanks around numbers
_ASIDE = r"(?: ?\([^()\n]{0,60}\))?"
OPTION = re.compile(r"[‹«]([^›»]*)[›»]")

# "1. " before words, at the beginning of a line
_LIST_MARKER = re.compile(r"^[^\w\n‹«]{0,6}(\d{1,3})[.)] (?=[^\W\d])", re.MULTILINE)
# a date, a time, a percentage, "item 3", "GPT 4", and the unit in "4 points"
_OF_SOMETHING_ELSE = re.compile(
    r"\d+[-/]\d+[-/]\d+|\b\d+:\d+\b|\d+(?:\.\d+)? ?%"
    r"|\b(?:item|question|statement|portrait|step|section|part|chapter|page|version|figure|table|paragraph|line|q|no|nr"
    r"|gpt|claude|llama|gemini|gemma|qwen|mistral|phi)\b(?: no| nr| number)?[ .#]{0,3}\d+(?:\.\d+)?"
    r"|(?<=\d)(?: points?| stars?|分|点|番|점|번|です|입니다)(?![a-z])",
    re.IGNORECASE,
)
# "1 to 6", "scale from 1 (low) to 10 (high)"
_ENDS = re.compile(
    rf"((?:\bon an? |\bon the )?\bscale\W{{1,3}}(?:(?:of|from|between|is|range) )?)?\b{_COUNT}{_ASIDE}"
    rf" ?(?:-|\bto\b|\bthrough\b|\buntil\b|\band\b) ?{_COUNT}(?![\w.]*\d){_ASIDE}",
    re.IGNORECASE,
)
# "/6", "out of six", "5-point scale"
_MAXIMUM = re.compile(
    rf"(?: ?/ ?|\bout of |\bscale of ){_COUNT}\b|\b{_COUNT}(?:-points?\b| point (?=scale|likert))", re.IGNORECASE
)
# "four" before a label
_NUMBER_WORD = re.compile(rf"(?<![\w‹«]){_WORD}(?=[ (=:,-]{{1,4}}«)", re.IGNORECASE)
# "at least 4", ">3", "4+"
_BOUND = re.compile(
    r"\b(?:at least|at most|(?:more|less|higher|lower|greater|fewer) than|above|below|under|beyond) (?:an? )?\d+\b"
    r"|[<>≥≤]=?(?!\d{1,9}>)\d+\b|\b\d+\+",
    re.IGNORECASE,
)
# "4", "-3", "4.5", but not the digits of "4th", "GPT-4" and "4-star"
_NUMBER = re.compile(
    rf"(?<!{_OTHER_LETTER})(?<!{_OTHER_LETTER}-)(?<![\d.«‹])((?<![^\s:=(\[,])-)?(\d*(?:\.\d+)+|\d+)"
    rf"(?!\.?\d|{_OTHER_LETTER}|-{_OTHER_LETTER})"
)
# a number beside its own label, or another's
_SAME = re.compile(rf"‹(\d+)›{_LINK}«\1»|«(\d+)»[ (:=,-]{{0,4}}‹\2›", re.IGNORECASE)
_MISMATCH = re.compile(rf"‹\d+›{_LINK}«\d+»|«\d+»[ (:=,-]{{0,4}}‹\d+›", re.IGNORECASE)
_JOINT = (
    r"(?:[ ,/&+~:=|()\[\]-]|\b(?:or|and|to|through|until|maybe|perhaps|possibly|even|no|wait|actually|rather|an?)\b)"
    r"{1,8}"
)
# "4 or 5", "4, maybe 5", "between 4 and 5"
_JOINED = re.compile(rf"(?:\bbetween )?[‹«][^›»]*[›»](?:{_JOINT}[‹«][^›»]*[›»])+", re.IGNORECASE)
# "not ...", "other people ...", up to the end of the clause or a "but"
_REJECTED = re.compile(
    r"(?:\b(?:not|never|no|non|cannot|cant|nor|neither|hardly|barely|without|nicht|kein\w*|pas|jamais|nunca|не|нет|than"
    r"|instead|over|vs|versus|you|your|they|their|others?|average|typical|example|eg|such as|someone|somebody"
    r"|if (?:the|my|an?|this|it)|(?:most|many|some) (?:people|users|humans|respondents|persons?|would))\b"
    r"|n't\b|不|没|沒|非)"
    r"(?:(?!\b(?:but|however|so|yet|although|though)\b)[^.,;!?\n])*",
    re.IGNORECASE,
)


def rewritten(text: str, options: Options, *, cut: bool = False) -> str:
    """Replace labels and numbers by the options they name; `cut` says that the text ended for lack of tokens."""
    text = options.label.sub(lambda m: f"«{(m.lastgroup or '')[1:]}»", options.legend.sub("\n", text))
    listed = [m[1] for m in _LIST_MARKER.finditer(text)]
    if listed[:2] == ["1", "2"] or (cut and listed == ["1"]):
        text = _LIST_MARKER.sub("", text)
    text = _OF_SOMETHING_ELSE.sub(" ", options.codes.sub(" ", text))
    text = _MAXIMUM.sub(lambda m: _maximum(m, options.size), _ENDS.sub(lambda m: _ends(m, options.size), text))
    text = _NUMBER_WORD.sub(lambda m: str(NUMBER_WORDS.index(m[0].lower())), text)
    text = _BOUND.sub(f"‹{Reason.BETWEEN}›", text)
    text = _NUMBER.sub(lambda m: f"‹{value_of(m[2], options.size, m[1] or '')}›", text)
    text = _MISMATCH.sub(f"‹{Reason.DISAGREEMENT}›", _SAME.sub(lambda m: f"‹{m[1] or m[2]}›", text))
    return _REJECTED.sub(lambda m: OPTION.sub("", m[0]), _JOINED.sub(_joined, text))


def _count(text: str) -> int:
    return NUMBER_WORDS.index(text.lower()) if not text.isdecimal() else int(text)


def _ends(match: re.Match[str], size: int) -> str:
    if {_count(match[2]), _count(match[3])} == {1, size}:
        return " "
    return f"‹{Reason.OTHER_SCALE}›" if match[1] else match[0]


def _maximum(match: re.Match[str], size: int) -> str:
    return " " if _count(match[1] or match[2]) == size else f"‹{Reason.OTHER_SCALE}›"


def value_of(number: str, size: int, sign: str = "") -> int | Reason:
    """Give the printed position a number or number word stands for, or why it stands for none."""
    whole, _, fraction = number.partition(".")
    position = _count(whole or "0")
    if sign or "." in fraction or not 1 <= position <= size:
        return Reason.OUT_OF_RANGE
    if fraction.strip("0"):
        return Reason.BETWEEN if position < size else Reason.OUT_OF_RANGE
    return position


def _joined(match: re.Match[str]) -> str:
    """Make one mention of options that only joining words separate."""
    values = OPTION.findall(match[0])
    joints = OPTION.sub(" ", match[0]).lower()
    faults = [value for value in values if not value.isdecimal()]
    if faults:
        return f"‹{faults[0]}›"
    if len(set(values)) == 1 and "+" not in joints:
        return f"‹{values[0]}›"
    ranged = len(values) == 2 and re.search(r"-|~|\b(?:to|through|until|between)\b", joints)
    return f"‹{Reason.BETWEEN if ranged else Reason.SEVERAL}›"
