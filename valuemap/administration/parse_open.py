"""Turn an answer in the respondent's own words into valid, refused or unparseable; its levels are scored later.

In goes the reply and the response format; out comes an `OpenReading`. Rules:

1.  Clauses that refuse, or that disclaim having feelings, answer nothing. If what is left has enough words, it is the
    answer: "As an AI I have no feelings. I would be torn ..." is *valid*, and its disclaimer is counted beside it.
2.  If too little is left and some clause refuses or disclaims, the reply is *refused*.
3.  Otherwise it is *unparseable*: too short or too long for what was asked, cut off, or empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from valuemap.administration.parse import CUT_OFF_FINISHES, visible
from valuemap.administration.plain_text import plain
from valuemap.administration.reason import Reason
from valuemap.administration.refusal import disclaims, refuses
from valuemap.instrument import OpenAnswer
from valuemap.study import State

_CLAUSE = re.compile(r"[.!?;\n]+|,? \b(?:but|however|yet|still|that said|nevertheless)\b,? ?", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


@dataclass(frozen=True)
class OpenReading:
    """What one reply is.

    Attributes
    ----------
    state
        Valid, refused or unparseable.
    words
        Words of the whole reply, reasoning left out.
    reason
        One of `Reason`; empty when valid.
    disclaimer
        Whether some clause disclaims having feelings or the like, whatever the state.
    """

    state: State
    words: int
    reason: str
    disclaimer: bool


def parse_open(
    reply: str, response: OpenAnswer, *, finish_reason: str | None = None, refusal: str | None = None
) -> OpenReading:
    """Read an open answer.

    Parameters
    ----------
    reply
        The text as it came.
    response
        How long an answer may be.
    finish_reason, refusal
        As for `valuemap.administration.parse.parse_choice`.
    """
    text = visible(reply, finish_reason, refusal)
    if not isinstance(text, str):
        return OpenReading(text.state, 0, text.reason, text.disclaimer)
    clauses = [plain(clause) for clause in _CLAUSE.split(text)]
    disclaimer = any(map(disclaims, clauses))
    answering = sum(count_words(c) for c in clauses if not (disclaims(c) or refuses(c)))
    words = count_words(text)
    reason = _fault(words, answering, response, cut=finish_reason in CUT_OFF_FINISHES)
    if reason is Reason.TOO_SHORT and (disclaimer or any(map(refuses, clauses))):
        reason = Reason.REFUSAL
    state = {Reason.NONE: State.VALID, Reason.REFUSAL: State.REFUSED}.get(reason, State.UNPARSEABLE)
    return OpenReading(state, words, reason.value, disclaimer)


def count_words(text: str) -> int:
    """Count words; "don't" and "self-conscious" are one each."""
    return len(_WORD.findall(text))


def _fault(words: int, answering: int, response: OpenAnswer, *, cut: bool) -> Reason:
    if words > response.max_words:
        return Reason.TOO_LONG
    if cut:
        return Reason.CUT_OFF
    return Reason.TOO_SHORT if answering < response.min_words else Reason.NONE
