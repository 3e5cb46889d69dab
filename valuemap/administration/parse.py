r"""Turn what a model wrote into valid, refused or unparseable, and a valid reply into the printed position.

In goes the reply and the option labels in printed order (printed codes run 1..k in that order, whichever
way the scale runs); out comes a `ParsedAnswer`. One rule stands above all others: **what is not plainly one
option is unparseable**. It is never clipped, never the middle of the scale, never a refusal. The reply is
tokenised, the tokens are classified, and only then is something decided:

1.  *Reasoning* (``<think>`` and its kin) is cut away, and so is everything before a lone closing tag. A
    block that never closes makes the reply unparseable: an answer inside it is a thought, not an answer.
2.  *Dress* does not matter: emphasis, quotes, brackets, code fences, ``\boxed{}``, terminal escapes,
    invisible marks, full-width or non-Latin digits. A number word ("four") counts only as the whole answer
    or after a marker.
3.  *Noise* is no answer: the echoed legend, the scale's own ends ("1 to 6", "6-point", "out of 6"), item
    numbers, list markers, names ("GPT-4"), dates, percentages, and counts ("3 children": a number directly
    before an ordinary word). Numbers joined by "or", "to", "-" or a comma are one mention of several
    options. Numbers that are refused ("not a 5"), given as an example or put into other people's mouths ("a
    typical person would choose 5") are dropped. A scale of other ends ("on a scale of 1 to 10") makes the
    reply unparseable.
4.  *Markers* ("answer: 4", "I'd choose 4", ``boxed``, a line of its own) beat unmarked mentions. Marked
    mentions that differ are unparseable, unless the last of them is called final.
5.  *Numbers and labels*: a number beside its own label is one answer, beside another option's label it is a
    disagreement. An unmarked number and a different label elsewhere disagree too.
6.  *Labels* are data: matched whole, longest first, whatever their case and punctuation. A label in running
    text counts only where it ends its clause, follows a word such as "is" or a boundary, is not negated and
    not asked about; "really like me" is not "like me". Labels without letters, and labels that occur twice,
    are not matched: their code is.
7.  *Refusal* is looked for only when no answer was found: a first-person inability or unwillingness to do
    what was asked, or the statement of an artificial speaker that it has no values, feelings or the like.
    Numbers inside the refusing clause are no answers. A refusing reply with a number in running prose is
    "answer unclear", neither one nor the other. Refusals are known in English only; in another language
    they are "no answer found".
8.  *Cut off* replies are read as far as they go, but an unmarked number at the very end of prose, and a
    label that could have become a longer one, are not trusted.

A whole form is split into its items first (JSON, headed lines, table rows, ``1: 4, 2: 5``, or a bare list
of exactly as many answers as items) and each piece is read by the same rules. Every step looks at each
token a bounded number of times, so that the time is linear in the length of the reply.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from valuemap.study import State

CUT_OFF_FINISHES = frozenset({"length", "max_tokens"})
DECLINED_FINISH = "content_filter"


class Reason(StrEnum):
    """Why a reply is not valid. The vocabulary is closed, so that reasons can be counted."""

    NONE = ""
    """The answer is valid."""
    EMPTY = "empty"
    """Nothing but blanks and invisible characters, after reasoning was cut away."""
    NO_ANSWER = "no answer found"
    """No number of the scale and no label that counts as an answer."""
    SEVERAL = "several answers"
    """Two or more different options, none of them called final."""
    OUT_OF_RANGE = "out of range"
    """A number that is no printed code: 0, -3, 7 of 6."""
    BETWEEN = "between options"
    """A fraction, a range or a bound: 4.5, 4-5, at least 4."""
    DISAGREEMENT = "number and label disagree"
    """The number is one option's code, the label another's."""
    OTHER_SCALE = "another scale"
    """The model answered on a scale of its own: 8 out of 10, 4 on a 5-point scale."""
    REASONING_CUT_OFF = "reasoning cut off"
    """A reasoning block was opened and not closed."""
    CUT_OFF = "cut off"
    """The reply ended for lack of tokens within what may not have been the whole answer."""
    UNCLEAR = "answer unclear"
    """The reply refuses, yet a number of the scale stands in its prose."""
    REFUSAL = "refusal"
    """The model said that it cannot or will not answer."""
    DECLINED = "declined by provider"
    """The provider's refusal field was filled, or its content filter ended the reply."""
    MISSING = "missing from list"
    """The item is not among the answers to the form."""
    WRONG_LENGTH = "list of wrong length"
    """A bare list whose length is not the number of items: no answer can be given to an item."""


@dataclass(frozen=True)
class ParsedAnswer:
    """What one reply says about one item.

    Attributes
    ----------
    state
        Valid, refused or unparseable; never failed, which belongs to calls.
    position
        Printed position of the chosen option, from 1; ``None`` unless the state is valid.
    reason
        One of `Reason`; empty when valid.
    disclaimer
        Whether the reply says that an artificial speaker has no values, feelings or the like, whatever the state.
    """

    state: State
    position: int | None
    reason: str
    disclaimer: bool


def parse_choice(
    reply: str, labels: Sequence[str], *, finish_reason: str | None = None, refusal: str | None = None
) -> ParsedAnswer:
    """Read the answer to one item.

    Parameters
    ----------
    reply
        The text as it came.
    labels
        The labels of the options in printed order; their printed codes are 1..k.
    finish_reason
        The provider's reason for the end of the reply, if it gave one.
    refusal
        The provider's own refusal field, if it filled it.

    Returns
    -------
    ParsedAnswer
        Valid only if the text holds exactly one option by the rules of this module.
    """
    text = _before_reading(reply, finish_reason, refusal)
    if isinstance(text, ParsedAnswer):
        return text
    return _judge(_tokenise(text), _label_set(tuple(labels)), cut=finish_reason in CUT_OFF_FINISHES)


def parse_form(
    reply: str,
    items: Sequence[int],
    labels: Sequence[str],
    *,
    finish_reason: str | None = None,
    refusal: str | None = None,
) -> tuple[ParsedAnswer, ...]:
    """Read the answers to a whole form.

    Parameters
    ----------
    reply
        The text as it came.
    items
        The printed numbers of the items, in printed order.
    labels, finish_reason, refusal
        As in `parse_choice`.

    Returns
    -------
    tuple of ParsedAnswer
        One an item, in the order of `items`. An item that is not there, or was cut off, is unparseable; an item
        answered twice differently too; a refusal of the whole form makes every item refused.
    """
    text = _before_reading(reply, finish_reason, refusal)
    if isinstance(text, ParsedAnswer):
        return (text,) * len(items)
    known = _label_set(tuple(labels))
    cut = finish_reason in CUT_OFF_FINISHES
    tokens = _tokenise(text)
    disclaimer = _find_refusal(tokens, _clauses(tokens)).disclaimer
    found = _form_from_json(text, items, known)
    if found is None:
        found = _form_from_own_labels(tokens, items, known)
    if found is None:
        found = _form_from_heads(tokens, items, known, cut)
    if found is None:
        found = _form_from_list(tokens, items, known)
    if found is None:
        found = _form_without_answers(tokens, items, known, cut)
    return tuple(_answer(a.state, a.position, a.reason, a.disclaimer or disclaimer) for a in found)


def _answer(state: State, position: int | None, reason: str, disclaimer: bool) -> ParsedAnswer:
    return ParsedAnswer(state, position, str(reason), disclaimer)


def _unparseable(reason: Reason, disclaimer: bool = False) -> ParsedAnswer:
    return _answer(State.UNPARSEABLE, None, reason, disclaimer)


# ----------------------------------------------------------------------------------------------------
# From raw text to visible text
# ----------------------------------------------------------------------------------------------------

_TERMINAL_ESCAPE = re.compile(
    r"\x1b(?:\[[0-9;:?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)|[@-Z\\^_])"
)
_REASONING_NAME = "(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)"
_REASONING_TAG = re.compile(
    rf"(?P<open><\|?{_REASONING_NAME}\|?>|◁think▷|\[think\]|<\|begin_of_thought\|>|<\|start_thinking\|>"
    r"|<\|channel\|>(?:analysis|commentary)<\|message\|>)"
    rf"|(?P<close><\|?/\|?{_REASONING_NAME}\|?>|◁/think▷|\[/think\]|<\|end_of_thought\|>|<\|end_thinking\|>)"
    r"|(?P<final><\|channel\|>final<\|message\|>|assistantfinal)",
    re.IGNORECASE,
)
_ANSWER_TAG = re.compile(r"<(final[_ ]answer|answer|response|rating|choice|score|output|result)>", re.IGNORECASE)
_ANSWER_TAG_END = re.compile(r"</(?:final[_ ]answer|answer|response|rating|choice|score|output|result)>", re.IGNORECASE)
_CELL_TAG = re.compile(r"</?(?:td|th)\b[^<>\n]{0,200}>", re.IGNORECASE)
_LINE_TAG = re.compile(r"</?(?:p|br|div|li|ul|ol|tr|table|tbody|thead|h[1-6])\b[^<>\n]{0,200}>", re.IGNORECASE)
_STYLE_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|span|code|pre|sub|sup|html|body|eos|bos|start_of_turn|end_of_turn)\b[^<>\n]{0,200}>",
    re.IGNORECASE,
)
_SPECIAL_TOKEN = re.compile(r"<\|[^|<>\n]{0,40}\|>")
_FENCE = re.compile(r"```[A-Za-z]{0,12}")
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|a\.i)\.", re.IGNORECASE)


def _before_reading(reply: str, finish_reason: str | None, refusal: str | None) -> ParsedAnswer | str:
    """Give the verdict that needs no reading, or else the text to read."""
    text = _without_reasoning(_TERMINAL_ESCAPE.sub("", reply))
    visible = "" if text is None else _undressed(text)
    if (refusal and refusal.strip()) or finish_reason == DECLINED_FINISH:
        tokens = _tokenise(f"{visible}\n{refusal or ''}")
        return _answer(State.REFUSED, None, Reason.DECLINED, _find_refusal(tokens, _clauses(tokens)).disclaimer)
    if text is None:
        return _unparseable(Reason.REASONING_CUT_OFF)
    if not any(unicodedata.category(char)[0] in "LMNPS" for char in visible):
        return _unparseable(Reason.EMPTY)
    return visible


def _without_reasoning(text: str) -> str | None:
    """Cut reasoning blocks away; ``None`` if one is still open at the end.

    Blocks may nest. An opening tag directly after another one is the same block: some servers write the tag into the
    prompt and some models repeat it.
    """
    kept: list[str] = []
    depth = start = 0
    for tag in _REASONING_TAG.finditer(text):
        between = text[start : tag.start()]
        if tag["final"] or (tag["close"] and depth == 0):
            kept, depth = [], 0
        elif tag["open"]:
            if depth == 0:
                kept.append(between)
            depth += 1 if depth == 0 or between.strip() else 0
        else:
            depth -= 1
        start = tag.end()
    if depth:
        return None
    kept.append(text[start:])
    return "\n".join(kept)


def _undressed(text: str) -> str:
    """Replace markup whose letters or digits could be taken for words of the answer."""
    text = _ANSWER_TAG.sub(r"\n\1: ", text)
    text = _ANSWER_TAG_END.sub("\n", text)
    text = _CELL_TAG.sub("|", text)
    text = _LINE_TAG.sub("\n", text)
    text = _STYLE_TAG.sub('"', text)
    text = _SPECIAL_TOKEN.sub(" ", text)
    text = _FENCE.sub("\n", text)
    return _ABBREVIATION.sub(lambda match: match[1].replace(".", "") + " ", text)


# ----------------------------------------------------------------------------------------------------
# Tokens
# ----------------------------------------------------------------------------------------------------


class Token(NamedTuple):
    """A word, a number or a symbol.

    `glued` says that nothing stood between it and the token before; `capital` that its first letter was upper case.
    Ideographs, kana, Hangul syllables and Thai letters are words of one character, as these scripts write no spaces
    around digits.
    """

    kind: Literal["word", "number", "symbol"]
    text: str
    glued: bool = False
    capital: bool = False


_SYMBOLS = frozenset('.,;:!?-/%=()[]{}|+<>~&#⁄≥≤\n"')
_REPLACED = (
    dict.fromkeys("*`“”„«»‹›「」『』\u2018\u201a", '"')
    | dict.fromkeys("–‑‒−", "-")
    | dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n")
    | {"—": " - ", "―": " - ", "’": "'", "ʼ": "'", "_": " ", "。": ".", "।": ".", "、": ",", "،": ","}
    | {"؟": "?", "؛": ";", "【": "[", "】": "]", "〔": "[", "〕": "]", "→": " : ", "⇒": " : ", "➔": " : "}
)
_UNSPACED_SCRIPTS = (
    (0x0E00, 0x0EFF),
    (0x2E80, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_COMPOSED = ((0x3040, 0x30FF), (0xAC00, 0xD7AF))
"""Kana and Hangul stay composed, because their parts would count as words."""


@lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    """One character in its plainest form; folding each by itself keeps hostile mark sequences linear."""
    if char in _REPLACED:
        return _REPLACED[char]
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f" or char == "\u20e3":
        return ""
    if char in "≥≤" or any(first <= ord(char) <= last for first, last in _COMPOSED):
        return char
    plain = unicodedata.normalize("NFKD", char)
    return "".join(_REPLACED.get(part, part) for part in plain)


@lru_cache(maxsize=8192)
def _class_of(char: str) -> Literal["letter", "ideograph", "symbol", "space"]:
    if char in _SYMBOLS:
        return "symbol"
    if char == "'" or char in "0123456789":
        return "letter"
    if unicodedata.category(char)[0] not in "LM":
        return "space"
    unspaced = any(first <= ord(char) <= last for first, last in _UNSPACED_SCRIPTS)
    return "ideograph" if unspaced else "letter"


def _tokenise(text: str) -> list[Token]:
    """Split visible text into tokens."""
    tokens: list[Token] = []
    glued = False
    for kind, run in groupby("".join(map(_fold, text)), key=_class_of):
        if kind == "space":
            glued = False
        elif kind == "letter":
            word = "".join(run).strip("'")
            if word:
                tokens.append(_word_or_number(word, glued))
                glued = True
        else:
            for char in run:
                tokens.append(Token("word" if kind == "ideograph" else "symbol", char, glued))
                glued = char != "\n"
    return _joined_numbers(tokens)


def _word_or_number(text: str, glued: bool) -> Token:
    if text.isdecimal():
        return Token("number", text, glued)
    return Token("word", text.casefold(), glued, text[0].isupper())


def _joined_numbers(tokens: Sequence[Token]) -> list[Token]:
    """Join decimals ("4.5") and signs ("-3"), and make the number of a name ("GPT-4") a word."""
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        if token.kind != "number" or not token.glued or before is None or before.kind != "symbol":
            joined.append(token)
            continue
        earlier = joined[-2] if len(joined) > 1 else None
        if before.text == "." and before.glued and earlier is not None and earlier.kind == "number":
            text = f"{earlier.text}.{token.text}" if "." not in earlier.text else "."
            joined[-2:] = [Token("number", text, earlier.glued)]
        elif before.text == "." and not before.glued:
            joined[-1:] = [Token("number", f".{token.text}")]
        elif before.text == "-" and _is_sign(before, earlier):
            joined[-1:] = [Token("number", f"-{token.text}", before.glued)]
        elif before.text == "-" and earlier is not None and earlier.kind == "word" and _names(earlier.text):
            joined.append(Token("word", token.text, glued=True))
        else:
            joined.append(token)
    return joined


def _is_sign(dash: Token, earlier: Token | None) -> bool:
    return not dash.glued or earlier is None or (earlier.kind == "symbol" and earlier.text != ")")


def _names(word: str) -> bool:
    return word not in _ANSWER_NOUNS


def _words(text: str) -> frozenset[str]:
    """Write a word list in the form that tokens have."""
    return frozenset(_fold_word(word) for word in text.split())


def _fold_word(word: str) -> str:
    return "".join(map(_fold, word)).casefold()


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """Write a list of phrases, separated by commas, as tuples of words."""
    return tuple(tuple(phrase.split()) for phrase in text.split(","))


# ----------------------------------------------------------------------------------------------------
# Vocabulary
# ----------------------------------------------------------------------------------------------------

_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
    )
}
_ANSWER_NOUNS = _words(
    "answer rating response choice score selection pick verdict boxed antwort réponse respuesta risposta resposta ответ"
)
_ANSWER_VERBS = _words(
    "choose chose choosing select selected selecting pick picked picking rate rated rating give gave giving say said"
    " assign assigned assigning answer answered answering respond responded responding go going went opt opting opted"
    " settle settled settling put putting mark marking score scoring lean leaning land landing"
)
_COPULAS = _words("is be was being : =")
_FILLERS = _words(
    "a an the it this that statement item question portrait description one myself me us as at with on for to of in"
    " option number code level value rating answer score choice response around about roughly approximately probably"
    " likely perhaps maybe simply just solid strong final my be is was being would will text down towards toward out"
    ' ( [ { " : = - , > | + # ~'
)
_FOLLOWERS = _words(
    "because since as for on given due so though but and or to through until which meaning indicating reflecting"
    " representing corresponding ie is was would seems feels fits here overall please points point stars star i i'd i'm"
    " it it's its this that's that these we he she they you my if when while with at considering rather instead based"
    " then again personally too actually myself maybe perhaps possibly even not 点 分 番 号 번 점 で だ を 입 예 이"
)
_COUNTED = _words(
    "item items question questions statement statements portrait q step section part chapter page version figure table"
    " example paragraph line level gpt claude llama gemini gemma qwen mistral phi"
)
_ASIDES = _words("confidence certainty")
_MONTHS = _words(
    "january february march april june july august september october november december jan feb mar apr jun jul aug sep"
    " sept oct nov dec"
)
_FIRST_PERSON = _words("i i'd i'll i'm i've my we we'd")
_OTHERS = _words(
    "you your people person person's someone someone's somebody anyone others human humans user users they many most"
    " some typical average example sample default if e.g others'"
)
_NEGATORS = _words(
    "not never cannot cant dont doesnt isnt wasnt wont wouldnt nor neither hardly barely scarcely nicht kein keine nie "
    "pas jamais não non ni nunca niet geen не нет 不 没 沒 非"
)
_LABEL_LEADS = _words(
    "is are am be being as would say that's it's this's he's she's person's sounds sound seems seem feels feel"
    " feeling looks look looking appears appear choose select pick answer rating response option label"
    " 是 为 為 择 擇 选 選 答 ="
)
_LABEL_TAILS = _words("because since as although though but however here overall and when while given so")
_LINKS = _words("is which means meaning corresponds corresponding to ie indicating representing equals that i.e the")
_RANGE_JOINERS = _words("to through until till - ~")
_OTHER_JOINERS = _words("or and , / & + out of maybe perhaps possibly even a an the")
_TRANSPARENT = frozenset('()[]{}"')
_LEGEND_JOINERS = _words("to and through up")
_BOUND_WORDS = _words("least above below over under beyond exceeds exceeding ≥ ≤")
_COMPARATIVES = _words("more less higher lower greater fewer bigger smaller")
_BREAKS = frozenset(".;!?\n|")
_CLAUSE_WORDS = _words("but however although though yet nevertheless nonetheless")
_COMMA_CLAUSE_WORDS = _words("so if then")
_LOOKBACK = 24
"""How many tokens before a mention are searched for its marker; a bound keeps the time linear."""


# ----------------------------------------------------------------------------------------------------
# Labels and clauses
# ----------------------------------------------------------------------------------------------------


class _Label(NamedTuple):
    words: tuple[str, ...]
    position: int
    breaks: bool
    """Whether the label itself holds a full stop or the like, so that a match may run over one."""


@dataclass(frozen=True)
class _LabelSet:
    size: int
    by_first_word: Mapping[str, tuple[_Label, ...]]
    beginnings: Set[tuple[str, ...]]
    """Labels that begin a longer label."""


class _LabelMatch(NamedTuple):
    start: int
    end: int
    position: int


@lru_cache(maxsize=256)
def _label_set(labels: tuple[str, ...]) -> _LabelSet:
    """Prepare labels for matching: longest first, without those that say nothing."""
    found: list[_Label] = []
    for position, label in enumerate(labels, start=1):
        tokens = _tokenise(_undressed(label))
        words = tuple(token.text for token in tokens if token.kind != "symbol")
        if any(token.kind == "word" for token in tokens):
            found.append(_Label(words, position, any(token.text in _BREAKS or token.text == ":" for token in tokens)))
    counts = [label.words for label in found]
    single = sorted((x for x in found if counts.count(x.words) == 1), key=lambda label: -len(label.words))
    by_first: dict[str, tuple[_Label, ...]] = {}
    for entry in single:
        by_first[entry.words[0]] = (*by_first.get(entry.words[0], ()), entry)
    beginnings = {x.words for x in single for y in single if x is not y and y.words[: len(x.words)] == x.words}
    return _LabelSet(len(labels), by_first, beginnings)


def _label_matches(tokens: Sequence[Token], labels: _LabelSet) -> dict[int, _LabelMatch]:
    """Find labels from left to right, longest first, by the token they start at."""
    matches: dict[int, _LabelMatch] = {}
    index = 0
    while index < len(tokens):
        match = _label_at(tokens, index, labels)
        if match is not None:
            matches[index] = match
        index = match.end if match is not None else index + 1
    return matches


def _label_at(tokens: Sequence[Token], start: int, labels: _LabelSet) -> _LabelMatch | None:
    if tokens[start].kind == "symbol":
        return None
    for label in labels.by_first_word.get(tokens[start].text, ()):
        end = _end_of_label(tokens, start, label)
        if end is not None:
            return _LabelMatch(start, end, label.position)
    return None


def _end_of_label(tokens: Sequence[Token], start: int, label: _Label) -> int | None:
    index = start
    for word in label.words:
        while index < len(tokens) and tokens[index].kind == "symbol":
            if not label.breaks and (tokens[index].text in _BREAKS or tokens[index].text in ":="):
                return None
            index += 1
        if index == len(tokens) or tokens[index].text != word:
            return None
        index += 1
    return index


def _clauses(tokens: Sequence[Token]) -> list[int]:
    """Number the clause of every token; a breaking symbol ends its clause, a breaking word opens one."""
    numbers: list[int] = []
    clause = 0
    for index, token in enumerate(tokens):
        after_comma = index > 0 and tokens[index - 1].text == ","
        said = token.text == "said" and index > 0 and tokens[index - 1].text == "that"
        if token.text in _CLAUSE_WORDS or said or (after_comma and token.text in _COMMA_CLAUSE_WORDS):
            clause += 1
        numbers.append(clause)
        if token.kind == "symbol" and token.text in _BREAKS:
            clause += 1
    return numbers


@dataclass(frozen=True)
class _Reading:
    """A tokenised reply with what is known about its tokens."""

    tokens: Sequence[Token]
    clauses: Sequence[int]
    labels: Mapping[int, _LabelMatch]
    label_ends: Mapping[int, _LabelMatch]
    inside_label: Mapping[int, _LabelMatch]
    size: int

    def text(self, index: int) -> str:
        """Text of a token; empty beyond either end."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def kind(self, index: int) -> str:
        """Kind of a token; "end" beyond either end."""
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else "end"

    def opens_clause(self, index: int) -> bool:
        """Whether nothing but symbols stands before the token in its clause."""
        before = index - 1
        while before >= 0 and self.clauses[before] == self.clauses[index] and self.kind(before) == "symbol":
            before -= 1
        return before < 0 or self.clauses[before] != self.clauses[index]


def _read(tokens: Sequence[Token], labels: _LabelSet) -> _Reading:
    matches = _label_matches(tokens, labels)
    ends = {match.end: match for match in matches.values()}
    inside = {index: match for match in matches.values() for index in range(match.start, match.end)}
    return _Reading(tokens, _clauses(tokens), matches, ends, inside, labels.size)


# ----------------------------------------------------------------------------------------------------
# Noise: numbers and labels that are no answers
# ----------------------------------------------------------------------------------------------------


def _position(text: str, size: int) -> int | Reason:
    """Give the printed position a number stands for, or why it stands for none."""
    if text in _NUMBER_WORDS:
        text = str(_NUMBER_WORDS[text])
    whole, _, fraction = text.partition(".")
    digits = whole.lstrip("0")
    if text.startswith("-") or text == "." or len(digits) > len(str(size)):
        return Reason.OUT_OF_RANGE
    number = int(digits or "0")
    if fraction.strip("0"):
        return Reason.BETWEEN if 1 <= number < size else Reason.OUT_OF_RANGE
    return number if 1 <= number <= size else Reason.OUT_OF_RANGE


class _LegendEntry(NamedTuple):
    start: int
    end: int
    code: int
    defined: bool
    """Written with an equals sign before words, so that it defines the code whatever the words are."""


def _legend_entries(reading: _Reading) -> Iterator[_LegendEntry]:
    """Find "code = label", "code - label", "label (code)" and "code = words"."""
    for index, token in enumerate(reading.tokens):
        code = _position(token.text, reading.size) if token.kind == "number" else None
        if not isinstance(code, int) or index in reading.inside_label:
            continue
        after, before = index + 1, index
        while after - index < 4 and reading.kind(after) == "symbol" and reading.text(after) != "\n":
            after += 1
        while index - before < 4 and reading.kind(before - 1) == "symbol" and reading.text(before - 1) != "\n":
            before -= 1
        following, preceding = reading.labels.get(after), reading.label_ends.get(before)
        defined = any(reading.text(i) == "=" for i in range(index + 1, after)) and reading.kind(after) == "word"
        if following is not None and following.position == code:
            yield _LegendEntry(index, following.end, code, defined)
        elif preceding is not None and preceding.position == code:
            yield _LegendEntry(preceding.start, index + 1, code, False)
        elif defined:
            yield _LegendEntry(index, after, code, True)


def _legend_runs(reading: _Reading) -> Iterator[list[_LegendEntry]]:
    """Group neighbouring entries whose codes rise or fall: the legend, not an answer.

    An entry that breaks the order, or that a marker announces, begins a new run; so "… 6 = very much like me" followed
    by "4 = moderately like me" leaves the latter alone.
    """
    run: list[_LegendEntry] = []
    for entry in _legend_entries(reading):
        if run and not _continues(reading, run, entry):
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _continues(reading: _Reading, run: Sequence[_LegendEntry], entry: _LegendEntry) -> bool:
    last = run[-1]
    step = entry.code - last.code
    direction = run[1].code - run[0].code if len(run) > 1 else step
    if step == 0 or (step > 0) != (direction > 0) or entry.start < last.end:
        return False
    gap = range(last.end, entry.start)
    if len(gap) > _LOOKBACK or _stance(reading, entry.start) in (_Stance.MARKED, _Stance.FINAL):
        return False
    if last.defined and entry.defined:
        return all(reading.kind(index) != "number" for index in gap)
    return all(reading.kind(i) == "symbol" or reading.text(i) in _LEGEND_JOINERS for i in gap)


def _legend_noise(reading: _Reading) -> set[int]:
    """Token indices of the echoed legend."""
    return {
        index
        for run in _legend_runs(reading)
        if len(run) > 1
        for index in range(run[0].start, max(entry.end for entry in run))
    }


def _list_markers(reading: _Reading, cut: bool) -> set[int]:
    """Token indices of "1." "2." … at the beginnings of lines that go on in words.

    A single "1." is an answer, unless the reply was cut off and the list may have gone on.
    """
    found: list[int] = []
    at_line_start = True
    for index, token in enumerate(reading.tokens):
        listed = token.kind == "number" and reading.text(index + 1) in (".", ")") and reading.kind(index + 2) == "word"
        if at_line_start and listed and token.text == str(len(found) + 1):
            found.append(index)
        at_line_start = token.text == "\n" or (at_line_start and token.kind == "symbol")
    return set(found) if cut or len(found) > 1 else set()


def _is_noise(reading: _Reading, index: int) -> bool:
    """Say whether the number at `index` counts, names or dates something instead of answering."""
    return (
        _is_quantity(reading, index)
        or _is_item_number(reading, index)
        or reading.text(index - 1) in _MONTHS
        or reading.text(index + 1) in _MONTHS
        or _is_time(reading, index)
    )


def _is_quantity(reading: _Reading, index: int) -> bool:
    following = reading.text(index + 1)
    if reading.kind(index + 1) == "symbol":
        glued = reading.kind(index + 2) == "word" and all(t.glued for t in reading.tokens[index + 1 : index + 3])
        return following == "%" or (following == "-" and glued and index + 2 not in reading.labels)
    if reading.kind(index + 1) != "word" or index + 1 in reading.labels:
        return False
    if following in ("of", "over", "out"):
        after = index + (3 if following == "out" else 2)
        return reading.kind(after) != "number" and reading.text(after) not in _NUMBER_WORDS
    opens_sentence = reading.tokens[index + 1].capital and reading.opens_clause(index)
    return following not in _FOLLOWERS and not opens_sentence


def _is_item_number(reading: _Reading, index: int) -> bool:
    before = index - 1
    if reading.text(before) == "." and reading.text(before - 1) in ("no", "nr"):
        before -= 2
    elif reading.text(before) in ("number", "no", "nr", "#"):
        before -= 1
    if reading.text(before) in _COUNTED | _ASIDES:
        return True
    # In JSON the item's number follows a key; in prose "my answer for this item: 4" is an answer.
    while before > index - 5 and reading.text(before) in (":", '"'):
        before -= 1
    if reading.text(before) in _ASIDES:
        return True
    key_start = before - 1
    while key_start > index - 7 and reading.text(key_start) == '"':
        key_start -= 1
    return reading.text(before) in _COUNTED and reading.text(key_start) in ("{", ",")


def _is_time(reading: _Reading, index: int) -> bool:
    """Say whether the number is part of "4:30"."""

    def colon(at: int) -> bool:
        parts = reading.tokens[at : at + 2]
        return len(parts) == 2 and parts[0].text == ":" and parts[1].kind == "number" and all(t.glued for t in parts)

    return colon(index + 1) or (reading.kind(index - 2) == "number" and index > 1 and colon(index - 1))


# ----------------------------------------------------------------------------------------------------
# Stance: how the text before a mention presents it
# ----------------------------------------------------------------------------------------------------


class _Stance(Enum):
    PLAIN = "nothing announces it"
    ALONE = "has its line to itself"
    MARKED = "announced as the answer"
    FINAL = "announced as the final answer"
    REJECTED = "negated, an example, or somebody else's"
    INEXACT = "a bound: more than, at least"


_OWN_STANCES = (_Stance.ALONE, _Stance.MARKED, _Stance.FINAL)
"""What beats a plain mention."""


def _stance(reading: _Reading, start: int) -> _Stance:
    """Scan back from a mention over words that may stand between it and its marker."""
    comma = newline = False
    copula: int | None = None
    for index in range(start - 1, max(-1, start - 1 - _LOOKBACK), -1):
        text = reading.text(index)
        if text == "\n":
            newline = True
        elif text in _ANSWER_NOUNS and not (reading.text(index + 1) == "of" or _is_verb_use(reading, index)):
            return _noun_stance(reading, index)
        elif newline and text not in _FILLERS:
            break
        elif text in _ANSWER_VERBS and not newline:
            return _verb_stance(reading, index)
        elif not comma and not newline and (stance := _word_stance(reading, index, start)) is not None:
            return stance
        elif text not in _FILLERS:
            break
        comma = comma or text == ","
        copula = index if text in _COPULAS and not newline else copula
    return _distant_noun_stance(reading, copula) if copula is not None else _Stance.PLAIN


def _word_stance(reading: _Reading, index: int, start: int) -> _Stance | None:
    """Stance given by a single word before the mention, if it gives one."""
    text = reading.text(index)
    if text == "than":
        return _Stance.INEXACT if reading.text(index - 1) in _COMPARATIVES else _Stance.REJECTED
    if text in _BOUND_WORDS:
        return _Stance.INEXACT
    if text in ("<", ">") and index == start - 1 and reading.tokens[start].glued:
        closed = text == "<" and reading.text(start + 1) == ">"
        arrow = reading.text(index - 1) in ("-", "=")
        return None if closed or arrow else _Stance.INEXACT
    such_as = text == "as" and reading.text(index - 1) == "such"
    if such_as or text in ("eg", "example", "versus", "vs") or (text == "of" and reading.text(index - 1) == "instead"):
        return _Stance.REJECTED
    return _Stance.REJECTED if text in _NEGATORS or text.endswith("n't") else None


def _is_verb_use(reading: _Reading, index: int) -> bool:
    """Say whether a word that is both noun and verb ("answer", "rating") is a verb here."""
    if reading.text(index) not in _ANSWER_VERBS:
        return False
    modal = reading.text(index - 1)
    return modal in _words("i i'd i'll would will can could should might may cannot to you people they") or (
        modal.endswith("n't")
    )


def _noun_stance(reading: _Reading, index: int) -> _Stance:
    """Stance of a mention announced by a noun: "my final answer", "the average rating"."""
    for before in range(index - 1, max(-1, index - 5), -1):
        if reading.clauses[before] != reading.clauses[index]:
            break
        if reading.text(before) in _FIRST_PERSON or reading.text(before) == "final":
            break
        if reading.text(before) in _OTHERS:
            return _Stance.REJECTED
    final = reading.text(index - 1) == "final" or reading.text(index) == "boxed"
    return _Stance.FINAL if final else _Stance.MARKED


def _distant_noun_stance(reading: _Reading, copula: int) -> _Stance:
    """Stance by a noun further back: "my rating for this man's wish is 4", "Final: 4"."""
    if reading.text(copula - 1) == "final" or (reading.text(copula - 1) == '"' and reading.text(copula - 2) == "final"):
        return _Stance.FINAL
    for index in range(copula - 1, max(-1, copula - _LOOKBACK), -1):
        if reading.clauses[index] != reading.clauses[copula] or reading.kind(index) == "number":
            break
        negated = reading.text(index) in _NEGATORS or reading.text(index).endswith("n't")
        if negated or reading.text(index) in (",", "that", "which"):
            break
        if reading.text(index) in _ANSWER_NOUNS and not _is_verb_use(reading, index):
            return _noun_stance(reading, index)
    return _Stance.PLAIN


def _verb_stance(reading: _Reading, index: int) -> _Stance:
    """Stance of a mention announced by a verb: whose verb it is, and whether it is negated."""
    for before in range(index - 1, max(-1, index - 9), -1):
        if reading.clauses[before] != reading.clauses[index]:
            break
        text = reading.text(before)
        if text in _FIRST_PERSON:
            break
        if text in _OTHERS or text in _NEGATORS or text.endswith("n't"):
            return _Stance.REJECTED
    return _Stance.MARKED


# ----------------------------------------------------------------------------------------------------
# Mentions
# ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mention:
    """A place where the reply names an option, or names something that is none."""

    start: int
    end: int
    value: int | Reason
    stance: _Stance
    is_label: bool


def _mentions(reading: _Reading, cut: bool) -> list[_Mention]:
    """Every number and label that may be an answer, in the order of the text."""
    noise = _legend_noise(reading) | _list_markers(reading, cut)
    numbers = _candidate_numbers(reading, noise)
    found: list[_Mention] = []
    used: set[int] = set()
    for group in _groups(reading, numbers):
        mention = _number_mention(reading, group, used, noise)
        if mention is not None:
            found.append(mention)
    for match in reading.labels.values():
        if match.start not in used and match.start not in noise and _label_counts(reading, match):
            stance = _stance(reading, match.start)
            if stance is _Stance.PLAIN and _has_line(reading, match.start, match.end):
                stance = _Stance.ALONE
            found.append(_Mention(match.start, match.end, match.position, stance, is_label=True))
    kept = (mention for mention in found if mention.stance is not _Stance.REJECTED)
    return sorted(kept, key=lambda mention: mention.start)


def _candidate_numbers(reading: _Reading, noise: Set[int]) -> list[int]:
    """Token indices of numbers that are no noise, and of number words where those count."""
    outside = [
        token.text
        for index, token in enumerate(reading.tokens)
        if token.kind != "symbol" and index not in reading.inside_label
    ]
    alone = len(outside) == 1
    found: list[int] = []
    for index, token in enumerate(reading.tokens):
        if index in noise or index in reading.inside_label:
            continue
        counts = token.kind == "number" or (token.text in _NUMBER_WORDS and _word_counts(reading, index, alone))
        if counts and not _is_noise(reading, index):
            found.append(index)
    return found


def _word_counts(reading: _Reading, index: int, alone: bool) -> bool:
    denominator = reading.text(index - 1) == "/" or (
        reading.text(index - 2) == "out" and reading.text(index - 1) == "of"
    )
    return alone or denominator or _stance(reading, index) in (_Stance.MARKED, _Stance.FINAL)


def _groups(reading: _Reading, numbers: Sequence[int]) -> list[list[int]]:
    """Join numbers that nothing but joining words separates: "4 or 5", "1 to 6", "4/6"."""
    groups: list[list[int]] = []
    for index in numbers:
        scale = bool(groups) and len(groups[-1]) == 2 and _group_value(reading, groups[-1]) is None
        if groups and not scale and _joined(reading, groups[-1][-1], index):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _gap(reading: _Reading, first: int, second: int) -> list[str]:
    """Texts between two numbers, without labels and brackets."""
    return [
        reading.text(index)
        for index in range(first + 1, second)
        if index not in reading.inside_label and reading.text(index) not in _TRANSPARENT
    ]


def _joined(reading: _Reading, first: int, second: int) -> bool:
    if second - first > _LOOKBACK:
        return False
    gap = _gap(reading, first, second)
    labelled = any(index in reading.inside_label for index in range(first + 1, second))
    joiners = [text for text in gap if text in _RANGE_JOINERS or text in _OTHER_JOINERS]
    return len(joiners) == len(gap) <= 5 and not (labelled and all(text == "-" for text in gap))


def _number_mention(reading: _Reading, group: Sequence[int], used: set[int], noise: Set[int]) -> _Mention | None:
    """Make one mention of a group of numbers and its label; ``None`` if it only names the scale."""
    value = _group_value(reading, group)
    if value is None:
        return None
    stance = _stance(reading, group[0])
    start, end = group[0], group[-1] + 1
    if isinstance(value, int):
        attached = [m for m in _attached_labels(reading, group[0], group[-1]) if m.start not in used | noise]
        used.update(match.start for match in attached)
        start, end = min([start, *(m.start for m in attached)]), max([end, *(m.end for m in attached)])
        if any(match.position != value for match in attached):
            value = Reason.DISAGREEMENT
        elif stance is _Stance.INEXACT or _followed_by_plus(reading, group[-1]):
            value = Reason.BETWEEN
    if stance is _Stance.PLAIN and _has_line(reading, start, end):
        stance = _Stance.ALONE
    return _Mention(group[0], group[-1] + 1, value, stance, is_label=False)


def _has_line(reading: _Reading, start: int, end: int) -> bool:
    """Say whether nothing but symbols stands on the lines of the tokens from `start` to `end`."""
    while reading.kind(start - 1) == "symbol" and reading.text(start - 1) != "\n":
        start -= 1
    while reading.kind(end) == "symbol" and reading.text(end) != "\n":
        end += 1
    return reading.text(start - 1) in ("\n", "") and reading.text(end) in ("\n", "")


def _followed_by_plus(reading: _Reading, index: int) -> bool:
    return reading.text(index + 1) == "+" and reading.tokens[index + 1].glued


def _group_value(reading: _Reading, group: Sequence[int]) -> int | Reason | None:
    """What a group says: an option, a reason why none, or ``None`` for the scale itself."""
    size = reading.size
    values = [_position(reading.text(index), size) for index in group]
    gaps = [_gap(reading, first, second) for first, second in pairwise(group)]
    joiners = {text for gap in gaps for text in gap}
    if _names_scale(reading, group[0]):
        return None if _is_whole_scale(values, size, joiners) or values == [size] else Reason.OTHER_SCALE
    if len(group) == 1:
        return _bare_or_scale(reading, group[0], values[0])
    if len(group) == 3 and gaps == [["/"], ["/"]]:
        return None  # a date
    if _is_whole_scale(values, size, joiners):
        return None
    if len(group) == 2 and (gaps[0] in (["/"], ["out", "of"], ["of"])):
        return values[0] if values[1] == size else Reason.OTHER_SCALE
    if len(set(values)) == 1 and "+" not in joiners:
        return values[0]
    if Reason.OUT_OF_RANGE in values:
        return Reason.OUT_OF_RANGE
    return Reason.BETWEEN if joiners & _RANGE_JOINERS or reading.text(group[0] - 1) == "between" else Reason.SEVERAL


def _bare_or_scale(reading: _Reading, index: int, value: int | Reason) -> int | Reason | None:
    """Value of a number alone; "out of 6" and "/6" without a number before them name the scale."""
    before = reading.text(index - 1)
    if before == "/" or (before == "of" and reading.text(index - 2) == "out"):
        return None if value == reading.size else Reason.OTHER_SCALE
    return value


def _is_whole_scale(values: Sequence[int | Reason], size: int, joiners: Set[str]) -> bool:
    """Say whether numbers are the ends of the scale joined as a range, or all its codes."""
    ends = len(values) == 2 and set(values) == {1, size}
    ranged = bool(joiners & _RANGE_JOINERS) or joiners == {"and"}
    enumerated = list(values) in (list(range(1, size + 1)), list(range(size, 0, -1)))
    return (ends and ranged) or (enumerated and len(values) > 1)


def _names_scale(reading: _Reading, index: int) -> bool:
    """Say whether "scale of", "scale from", "scale (" stands directly before the number."""
    before = index - 1
    while before > index - 4 and reading.text(before) in ("of", "from", ":", "(", "between", "is", "range"):
        before -= 1
    return reading.text(before) == "scale" and before < index


def _attached_labels(reading: _Reading, first: int, last: int) -> list[_LabelMatch]:
    """Labels that belong to a number: beside it, with only symbols or words such as "which means" between."""
    after = last + 1
    while after - last < 8 and after not in reading.labels and _links(reading, after):
        after += 1
    before = first
    while first - before < 8 and before not in reading.label_ends and _links(reading, before - 1):
        before -= 1
    following, preceding = reading.labels.get(after), reading.label_ends.get(before)
    found = []
    if following is not None and (_ends_clause(reading, following.end) or _bracketed(reading, following)):
        found.append(following)
    if preceding is not None and not _degraded(reading, preceding) and not _negated(reading, preceding):
        found.append(preceding)
    return found


def _links(reading: _Reading, index: int) -> bool:
    return (reading.kind(index) == "symbol" and reading.text(index) not in ";?") or reading.text(index) in _LINKS


def _bracketed(reading: _Reading, match: _LabelMatch) -> bool:
    return reading.text(match.start - 1) in ("(", "[", '"')


def _label_counts(reading: _Reading, match: _LabelMatch) -> bool:
    """Say whether a label without a number is meant as an answer, by rule 6."""
    if not _ends_clause(reading, match.end) or _asked(reading, match) or _negated(reading, match):
        return False
    return not _degraded(reading, match) or _stance(reading, match.start) in (_Stance.MARKED, _Stance.FINAL)


def _degraded(reading: _Reading, match: _LabelMatch) -> bool:
    """Say whether the word before a label makes it another expression: "really like me", "people like me"."""
    before = match.start - 1
    if reading.text(before) in ("or", "and") and before in reading.label_ends:
        return False
    return not (reading.kind(before) in ("symbol", "number", "end") or reading.text(before) in _LABEL_LEADS)


def _ends_clause(reading: _Reading, index: int) -> bool:
    """Say whether a label that ends before `index` ends its clause, or is joined to another label."""
    if reading.text(index) in ("or", "and") and index + 1 in reading.labels:
        return True
    return reading.kind(index) in ("symbol", "number", "end") or reading.text(index) in _LABEL_TAILS


def _asked(reading: _Reading, match: _LabelMatch) -> bool:
    """Say whether the clause ends in a question mark."""
    index = match.end
    while index - match.end < _LOOKBACK and reading.kind(index) != "end" and reading.text(index) not in _BREAKS:
        index += 1
    return reading.text(index) == "?"


def _negated(reading: _Reading, match: _LabelMatch) -> bool:
    """Say whether a negation stands before the label in its clause; "No," at its beginning is none."""
    for index in range(match.start - 1, max(-1, match.start - 1 - _LOOKBACK), -1):
        if reading.clauses[index] != reading.clauses[match.start]:
            return False
        # The words of another label ("not like me, or like me?") are no negation of this one.
        if index in reading.inside_label:
            continue
        text = reading.text(index)
        if text in _NEGATORS or text.endswith("n't") or (text == "no" and reading.text(index + 1) != ","):
            return True
    return False


def _another_point_scale(reading: _Reading) -> bool:
    """Say whether the reply speaks of an n-point scale that is not the one it was shown."""
    for index, token in enumerate(reading.tokens):
        if token.kind == "number" or token.text in _NUMBER_WORDS:
            after = index + 2 if reading.text(index + 1) == "-" else index + 1
            likert = reading.text(after + 1) in ("scale", "likert")
            if reading.text(after) == "point" and likert and _position(token.text, reading.size) != reading.size:
                return True
    return False


# ----------------------------------------------------------------------------------------------------
# Refusal
# ----------------------------------------------------------------------------------------------------

_INABILITY = _phrases(
    "i can't,i cannot,i cant,i can not,i am unable to,i'm unable to,i am not able to,i'm not able to,i won't,i wont,"
    "i will not,i won't be able to,i will not be able to,i do not wish to,i don't wish to,i don't want to,"
    "i do not want to,i am not going to,i'm not going to,i am not in a position to,i'm not in a position to,"
    "i do not feel comfortable,i don't feel comfortable,i am not comfortable,i'm not comfortable,"
    "i do not have the ability to,i don't have the ability to,i lack the ability to,i am not capable of,"
    "i'm not capable of,i am incapable of,i'm incapable of,i do not think i can,i don't think i can,"
    "i am not designed to,i'm not designed to,i am not programmed to,i'm not programmed to,i am not allowed to,"
    "i'm not allowed to,i must decline,i have to decline,i need to decline,i will decline,i'll decline,"
    "i'll have to decline,i decline,i respectfully decline,i must respectfully decline,i refuse,i choose not,"
    "i'd rather not,i would rather not,i prefer not,i'd prefer not,i would prefer not,i must refrain from,"
    "i don't have the capacity to,i do not have the capacity to,i don't have the capability to,"
    "i do not have the capability to,not within my programming,not within my capabilities,"
    "impossible for me to,not possible for me to,not appropriate for me to,inappropriate for me to,"
    "isn't appropriate for me to,wouldn't be appropriate for me to,isn't possible for me to"
)
_BARE_INABILITY = _phrases("cannot,can't,unable to,not able to,must decline,decline,refuse,prefer not,rather not")
"""Heads that need no "I" where they open the clause: "Unable to answer."."""
_ASKED_FOR = _words(
    "answer answering rate rating choose choosing select selecting pick picking assign assigning respond responding"
    " provide providing give giving evaluate evaluating score scoring complete completing participate participating"
    " share sharing express expressing assist assisting fulfill fulfil comply engage engaging offer offering indicate"
    " assess assessing judge compare comparing form this that request question say do help place self-report roleplay"
    " role-play pretend"
)
_ASKED_FOLLOWED_BY = {
    "say": _words("which how whether what for if"),
    "do": _words("that this so"),
    "help": _words("with you"),
    "this": _words("request question task one"),
    "that": _words("request question task one"),
}
"""Verbs that refuse only at the end of a clause or before these words: "I can't say how", not "I can't say no"."""
_SKIPPED = _words(
    "to or and in good conscience ethical guidelines capabilities the your any a an my but such even be able"
    ' with myself , "'
)
_INNER_LIFE = _words(
    "values value feelings feeling emotions emotion experiences experience opinions opinion beliefs preferences"
    " preference personality identity consciousness self desires traits views sensations motivations perspective"
    " perspectives sentience awareness"
)
_PERSONAL = _words("personal own human subjective genuine inner conscious")
_HAVING = _words("have has having possess hold holding experience feel own")
_SPEAKERS = _words("i i'm i've we ai model models assistant assistants")


class _Refusal(NamedTuple):
    clauses: Set[int]
    """Numbers of the clauses that refuse."""
    disclaimer: bool


def _find_refusal(tokens: Sequence[Token], clauses: Sequence[int]) -> _Refusal:
    """Find the clauses that refuse, and whether the reply disclaims values or feelings."""
    refusing: set[int] = set()
    disclaims = personal = False
    texts = [token.text for token in tokens]
    artificial = _is_artificial(texts)
    for clause, group in groupby(range(len(tokens)), key=clauses.__getitem__):
        indices = list(group)
        words = [texts[i] for i in indices if tokens[i].kind == "word" or texts[i] == ","]
        joined = "but" in texts[indices[-1] + 1 : indices[-1] + 2]
        if _refuses(words, joined):
            refusing.add(clause)
        if _lacks_inner_life(words, artificial):
            disclaims = True
            personal = personal or any(word in _PERSONAL or word in ("cannot", "can't") for word in words)
    return _Refusal(refusing, disclaims and (personal or artificial))


def _is_artificial(texts: Sequence[str]) -> bool:
    pairs = set(pairwise(texts))
    return "ai" in texts or "llm" in texts or ("language", "model") in pairs or ("artificial", "intelligence") in pairs


def _refuses(words: Sequence[str], before_but: bool) -> bool:
    """Say whether a clause refuses what was asked; "I can't help but …" does not."""
    opening = next((i for i, word in enumerate(words) if word not in ("sorry", "apologies", ",")), 0)
    for index, pair in enumerate(pairwise([*words, ""])):
        heads = _INABILITY_BY_PAIR.get(pair, ())
        if index == opening:
            heads = (*heads, *_BARE_INABILITY)
        for head in heads:
            end = index + len(head)
            if tuple(words[index:end]) == head and _asks_for(words[end : end + 10], before_but):
                return True
    return False


_INABILITY_BY_PAIR = {pair: tuple(h for h in _INABILITY if h[:2] == pair) for pair in {h[:2] for h in _INABILITY}}


def _asks_for(rest: Sequence[str], before_but: bool) -> bool:
    """Say whether what follows a refusing head is the asked thing, or nothing."""
    for index, word in enumerate(rest):
        following = rest[index + 1] if index + 1 < len(rest) else ""
        if word in _ASKED_FOR:
            ends = following in ("", ",") and not (before_but and word == "help")
            only = _ASKED_FOLLOWED_BY.get(word)
            return only is None or ends or following in only
        if word not in _SKIPPED and not word.endswith("ly"):
            return False
    return all(word in _SKIPPED for word in rest)


def _lacks_inner_life(words: Sequence[str], artificial: bool) -> bool:
    """Say whether a clause says that its speaker has no values, feelings or the like."""
    if not any(word in _SPEAKERS for word in words):
        return False
    for index, word in enumerate(words):
        negated = word in _NEGATORS or word.endswith("n't")
        incapable = word in ("cannot", "can't")
        near = words[index + 1 : index + 14]
        if word in ("lack", "lacks", "without") or (
            word == "no" and words[index - 1 : index] in (["have"], ["possess"])
        ):
            verb = True
        else:
            verb = negated and any(having in _HAVING or having == "capable" for having in near[:6])
        if (
            verb
            and any(noun in _INNER_LIFE for noun in near)
            and (artificial or incapable or any(w in _PERSONAL for w in near))
        ):
            return True
    return False


# ----------------------------------------------------------------------------------------------------
# Decision
# ----------------------------------------------------------------------------------------------------


def _judge(tokens: Sequence[Token], labels: _LabelSet, *, cut: bool) -> ParsedAnswer:
    """Decide what a tokenised reply to one item says."""
    reading = _read(tokens, labels)
    refusal = _find_refusal(tokens, reading.clauses)
    if _another_point_scale(reading):
        return _unparseable(Reason.OTHER_SCALE, refusal.disclaimer)
    found = [m for m in _mentions(reading, cut) if reading.clauses[m.start] not in refusal.clauses]
    trusted = [m for m in found if not (cut and _may_go_on(reading, m, labels))]
    value = _choose(trusted)
    if isinstance(value, int) and refusal.clauses and not _stands_apart(reading, trusted):
        value = Reason.UNCLEAR
    if isinstance(value, int):
        return _answer(State.VALID, value, Reason.NONE, refusal.disclaimer)
    refused = bool(refusal.clauses) or (refusal.disclaimer and not found)
    if refused and value is not Reason.UNCLEAR and not _stands_apart(reading, trusted):
        return _answer(State.REFUSED, None, Reason.REFUSAL, refusal.disclaimer)
    if not trusted and found:
        value = Reason.CUT_OFF
    return _unparseable(value, refusal.disclaimer)


def _choose(mentions: Sequence[_Mention]) -> int | Reason:
    """Decide between mentions by rules 4 and 5."""
    marked = [m for m in mentions if m.stance in _OWN_STANCES]
    if any(m.value is Reason.OTHER_SCALE and m.stance is _Stance.PLAIN for m in mentions) and not _is_final(marked):
        return Reason.OTHER_SCALE
    pool = marked or mentions
    finals = [m for m in pool if m.stance is _Stance.FINAL]
    if finals and finals[-1] is pool[-1]:
        pool = finals
    if not pool:
        return Reason.NO_ANSWER
    faults = [m.value for m in pool if isinstance(m.value, Reason)]
    if faults:
        return faults[0]
    values = {m.value for m in pool}
    if len(values) == 1:
        return pool[0].value
    return Reason.DISAGREEMENT if len({m.is_label for m in pool}) == 2 else Reason.SEVERAL


def _is_final(marked: Sequence[_Mention]) -> bool:
    return bool(marked) and marked[-1].stance is _Stance.FINAL


def _stands_apart(reading: _Reading, mentions: Sequence[_Mention]) -> bool:
    """Say whether some mention is marked, or has its clause to itself."""
    return any(
        m.stance in _OWN_STANCES or (reading.opens_clause(m.start) and _closes_clause(reading, m)) for m in mentions
    )


def _closes_clause(reading: _Reading, mention: _Mention) -> bool:
    index = mention.end
    while reading.kind(index) == "symbol" and reading.clauses[index] == reading.clauses[mention.start]:
        index += 1
    if index in reading.labels:
        index = reading.labels[index].end
    return reading.kind(index) in ("symbol", "end") or reading.clauses[index] != reading.clauses[mention.start]


def _may_go_on(reading: _Reading, mention: _Mention, labels: _LabelSet) -> bool:
    """Say whether a cut-off reply ends in a mention that its continuation could have changed."""
    if any(token.kind != "symbol" for token in reading.tokens[mention.end :]):
        return False
    if mention.is_label:
        words = tuple(t.text for t in reading.tokens[mention.start : mention.end] if t.kind != "symbol")
        return words in labels.beginnings
    others = any(token.kind != "symbol" for token in reading.tokens[: mention.start])
    return mention.stance in (_Stance.PLAIN, _Stance.ALONE) and others


# ----------------------------------------------------------------------------------------------------
# Forms
# ----------------------------------------------------------------------------------------------------

_ITEM_WORDS = _words("item question statement portrait q no number nr")
_ITEM_NAME = re.compile(
    r"(?:item|question|statement|portrait|q)?[\W_]{0,3}(?:no\b\.?|number)?[\W_]{0,3}(\d{1,6})[\W_]{0,3}"
)
_ITEM_KEYS = frozenset({"item", "question", "statement", "portrait", "id", "number", "q", "no", "item_number"})
_ANSWER_KEYS = frozenset({"answer", "rating", "response", "choice", "score", "value", "code", "option", "label"})
_HEAD_SEPARATORS = frozenset(".:)]=-|>")
_LINE_OPENERS = frozenset('-"|([{+>#')
_LIST_SEPARATORS = frozenset(',;\n[](){}"|.')
_LIST_PREFIX = _words("here are my the answers ratings responses answer : json list sure !")
_SILENT = (Reason.NO_ANSWER, Reason.EMPTY, Reason.MISSING)


def _gather(found: Sequence[tuple[int, ParsedAnswer]], items: Sequence[int]) -> tuple[ParsedAnswer, ...]:
    """Give each item its answer: missing if there is none, unparseable if there are two that differ."""
    by_item: dict[int, list[ParsedAnswer]] = {}
    for item, answer in found:
        by_item.setdefault(item, []).append(answer)
    return tuple(_one_answer(by_item.get(item, [])) for item in items)


def _one_answer(answers: Sequence[ParsedAnswer]) -> ParsedAnswer:
    telling = [answer for answer in answers if answer.reason not in _SILENT]
    if not telling:
        return answers[0] if answers else _unparseable(Reason.MISSING)
    if len({(answer.state, answer.position) for answer in telling}) > 1:
        return _unparseable(Reason.SEVERAL)
    return telling[0]


@dataclass(frozen=True)
class _Pairs:
    """A JSON object with its repeated keys."""

    pairs: tuple[tuple[str, object], ...]


def _form_from_json(text: str, items: Sequence[int], labels: _LabelSet) -> tuple[ParsedAnswer, ...] | None:
    """Read a JSON object or list; ``None`` if there is none that gives answers."""
    entries = _json_entries(_json_value(text))
    if not entries:
        return None
    read = [(item, _judge(_tokenise(_undressed(value)), labels, cut=False)) for item, value in entries]
    named = [(item, answer) for item, answer in read if item is not None]
    if named:
        return _gather(named, items)
    if len(read) != len(items):
        return (_unparseable(Reason.WRONG_LENGTH),) * len(items)
    return tuple(answer for _, answer in read)


def _json_value(text: str) -> object:
    """Decode the first JSON object or list of the text, if what follows is prose only."""
    starts = sorted(start for start in (text.find("{"), text.find("[")) if start >= 0)
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: _Pairs(tuple(pairs)))
    for start in starts:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if not any(char.isdigit() for char in text[:start]) and not any(char in "{[" for char in text[end:]):
            return value
    return None


def _json_entries(value: object) -> list[tuple[int | None, str]]:
    """Pairs of item and answer text; the item is ``None`` in a list of plain answers."""
    if isinstance(value, list):
        if all(isinstance(element, _Pairs) for element in value):
            return [entry for element in value for entry in _json_record(element)]
        plain = all(element is None or isinstance(element, str | int | float) for element in value)
        return [(None, _json_text(element)) for element in value] if plain else []
    if not isinstance(value, _Pairs):
        return []
    entries: list[tuple[int | None, str]] = []
    for key, content in value.pairs:
        name = _ITEM_NAME.fullmatch(key.strip().casefold())
        if name is not None:
            entries.append((int(name[1]), _json_text(content)))
    containers = [content for _, content in value.pairs if isinstance(content, list | _Pairs)]
    if not entries and len(containers) == 1:
        return _json_entries(containers[0]) if not _is_deep(containers[0]) else []
    return entries


def _is_deep(value: object) -> bool:
    """Say whether a container holds only one more container, which no form of answers does."""
    return isinstance(value, _Pairs) and len(value.pairs) == 1 and isinstance(value.pairs[0][1], list | _Pairs)


def _json_record(record: object) -> list[tuple[int | None, str]]:
    """Read one object of a list: {"item": 1, "answer": 4}, or {"1": 4}."""
    pairs = record.pairs if isinstance(record, _Pairs) else ()
    numbers = [_ITEM_NAME.fullmatch(str(v).casefold()) for k, v in pairs if k.casefold() in _ITEM_KEYS]
    answers = [v for k, v in pairs if k.casefold() in _ANSWER_KEYS]
    if len(numbers) == 1 and numbers[0] is not None:
        return [(int(numbers[0][1]), "; ".join(map(_json_text, answers)))]
    return _json_entries(record) if len(pairs) == 1 and not isinstance(pairs[0][1], list | _Pairs) else []


def _json_text(value: object) -> str:
    if isinstance(value, _Pairs):
        return "; ".join(_json_text(v) for k, v in value.pairs if k.casefold() in _ANSWER_KEYS and not _is_box(v))
    return "" if value is None or isinstance(value, list | bool) else str(value)


def _is_box(value: object) -> bool:
    return isinstance(value, list | _Pairs)


class _Head(NamedTuple):
    start: int
    end: int
    item: int


def _form_from_heads(
    tokens: Sequence[Token], items: Sequence[int], labels: _LabelSet, cut: bool
) -> tuple[ParsedAnswer, ...] | None:
    """Read pieces that each begin with an item's number; ``None`` if there is no such piece with an answer."""
    reading = _read(tokens, labels)
    heads = _heads(reading, items, _form_legend(reading))
    found: list[tuple[int, ParsedAnswer]] = []
    for index, head in enumerate(heads):
        end = heads[index + 1].start if index + 1 < len(heads) else len(tokens)
        found.append((head.item, _judge_piece(tokens[head.end : end], labels, cut and end == len(tokens))))
    known = [(item, answer) for item, answer in found if item in set(items)]
    if all(answer.reason in _SILENT for _, answer in known):
        return None
    return _gather(known, items)


def _judge_piece(tokens: Sequence[Token], labels: _LabelSet, cut: bool) -> ParsedAnswer:
    """Read one item's piece: its first line, and only if that has no answer the lines below it."""
    if all(token.kind == "symbol" for token in tokens):
        return _unparseable(Reason.MISSING)
    texts = [token.text for token in tokens]
    line_end = texts.index("\n") if "\n" in texts else len(texts)
    answer = _judge(_dropped_edges(tokens[:line_end]), labels, cut=cut and line_end == len(texts))
    if answer.reason != Reason.NO_ANSWER or line_end == len(texts):
        return answer
    return _judge(tokens[line_end + 1 :], labels, cut=cut)


def _dropped_edges(tokens: Sequence[Token]) -> Sequence[Token]:
    """Drop symbols at the end of a piece, which separate it from the next."""
    end = len(tokens)
    while end and tokens[end - 1].kind == "symbol" and tokens[end - 1].text not in "?%+":
        end -= 1
    return tokens[:end]


def _form_legend(reading: _Reading) -> set[int]:
    """Token indices of a complete legend; in a form a part of one may be answers."""
    whole = list(range(1, reading.size + 1))
    return {
        index
        for run in _legend_runs(reading)
        if [entry.code for entry in run] in (whole, whole[::-1])
        for index in range(run[0].start, run[-1].end)
    }


def _heads(reading: _Reading, items: Sequence[int], noise: Set[int]) -> list[_Head]:
    """Find item numbers: at beginnings of lines, and within a line only the next item in printed order."""
    following = dict(pairwise(items))
    heads: list[_Head] = []
    line_start, index = 0, 0
    while index < len(reading.tokens):
        if reading.text(index) == "\n":
            line_start = index + 1
            index += 1
            continue
        expected = following.get(heads[-1].item) if heads else (items[0] if items else None)
        head = None if index in noise else _head_at(reading, index, line_start == index, expected)
        if head is not None:
            heads.append(head)
            index = head.end
            continue
        opener = line_start == index and reading.text(index) in _LINE_OPENERS
        line_start = index + 1 if opener else line_start
        index += 1
    return heads


def _head_at(reading: _Reading, index: int, at_line_start: bool, expected: int | None) -> _Head | None:
    """Read "Item 12:", "Q12.", "12)", "12 |" at `index`."""
    number, named = _head_number(reading, index)
    text = reading.text(number)
    digits = text[1:] if text.startswith("q") else text
    if not digits.isdecimal() or len(digits) > 6:
        return None
    separators = number + 1
    while separators - number < 6 and reading.text(separators) in _HEAD_SEPARATORS | {'"'}:
        separators += 1
    separated = any(reading.text(i) in _HEAD_SEPARATORS for i in range(number + 1, separators))
    if reading.kind(separators - 1) == "symbol" and reading.text(separators - 1) == '"':
        separators -= 1
    if at_line_start and (separated or named):
        return _Head(index, separators, int(digits))
    begins = reading.text(index - 1) in (",", ";", "{", "[", ":", ")", "|") or reading.kind(index - 1) == "number"
    quoted = reading.text(index - 1) == '"' and reading.text(index - 2) in (",", "{", ";")
    after = separators + (reading.text(separators) == '"')
    answered = reading.kind(after) in ("number", "end") or after in reading.labels or reading.text(after) == "\n"
    if (begins or quoted) and separated and answered and int(digits) == expected:
        return _Head(index, separators, int(digits))
    return None


def _head_number(reading: _Reading, index: int) -> tuple[int, bool]:
    """Index of the number of a head, and whether a word such as "item" names it."""
    number = index
    while number - index < 4 and (
        reading.text(number) in _ITEM_WORDS or (number > index and reading.text(number) in '.#"')
    ):
        number += 1
    return number, number > index or reading.text(index).startswith("q")


def _form_from_own_labels(
    tokens: Sequence[Token], items: Sequence[int], labels: _LabelSet
) -> tuple[ParsedAnswer, ...] | None:
    """Read lines "4 - Moderately like me" without item numbers; ``None`` unless every line is a code with its label.

    Such lines look like item numbers with an answer. They are answers if there are as many as items, and cannot be
    given to items otherwise.
    """
    reading = _read(tokens, labels)
    entries = list(_legend_entries(reading))
    covered = sum(1 for e in entries for i in range(e.start, e.end) if reading.kind(i) != "symbol")
    if len(entries) < 2 or covered != sum(1 for token in tokens if token.kind != "symbol"):
        return None
    if _form_legend(reading) or any(entry.defined and entry.end not in reading.label_ends for entry in entries):
        return None
    if len(entries) != len(items):
        return (_unparseable(Reason.WRONG_LENGTH),) * len(items)
    return tuple(_answer(State.VALID, entry.code, Reason.NONE, False) for entry in entries)


def _form_from_list(
    tokens: Sequence[Token], items: Sequence[int], labels: _LabelSet
) -> tuple[ParsedAnswer, ...] | None:
    """Read a list of nothing but answers; ``None`` if there is anything else in the reply.

    The answers stand on one line, or one on each line: several lines of pairs are item numbers with their answers.
    """
    reading = _read(tokens, labels)
    entries = _list_entries(reading)
    if not entries or (1 in (len(entries), len(items)) and len(entries) != len(items)):
        return None
    if [entry.item_number for entry in entries] == [str(item) for item in items]:
        return (_unparseable(Reason.MISSING),) * len(items)  # the empty form
    lines = len({entry.line for entry in entries})
    if len(entries) != len(items) or lines not in (1, len(entries)):
        return (_unparseable(Reason.WRONG_LENGTH),) * len(items)
    values = [entry.value for entry in entries]
    return tuple(_answer(State.VALID, v, Reason.NONE, False) if isinstance(v, int) else _unparseable(v) for v in values)


class _ListEntry(NamedTuple):
    value: int | Reason
    line: int
    item_number: str
    """The number as written, if a full stop or bracket follows it as it follows an item's number."""


def _list_entries(reading: _Reading) -> list[_ListEntry]:
    """Read the entries of a bare list; none if there is anything else in the reply."""
    start = line = 0
    while reading.text(start) in _LIST_PREFIX | _LIST_SEPARATORS:
        start += 1
    entries: list[_ListEntry] = []
    while start < len(reading.tokens):
        text = reading.text(start)
        match = reading.labels.get(start)
        if match is not None:
            entries.append(_ListEntry(match.position, line, ""))
        elif reading.kind(start) == "number":
            item_number = text if reading.text(start + 1) in (".", ")") else ""
            entries.append(_ListEntry(_position(text, reading.size), line, item_number))
        elif text not in _LIST_SEPARATORS and not _is_bullet(reading, start):
            return []
        line += text == "\n"
        start = match.end if match is not None else start + 1
    return entries


def _is_bullet(reading: _Reading, index: int) -> bool:
    return reading.text(index) == "-" and reading.text(index - 1) in ("\n", "")


def _form_without_answers(
    tokens: Sequence[Token], items: Sequence[int], labels: _LabelSet, cut: bool
) -> tuple[ParsedAnswer, ...]:
    """Judge a reply that is no list: a refusal of the whole form, or nothing that could be given to an item."""
    whole = _judge(tokens, labels, cut=cut)
    if len(items) == 1:
        return (whole,)
    refusal = _find_refusal(tokens, _clauses(tokens))
    refused = whole.state is State.REFUSED or bool(refusal.clauses)
    answer = _answer(State.REFUSED, None, Reason.REFUSAL, False) if refused else _unparseable(Reason.MISSING)
    return (answer,) * len(items)
