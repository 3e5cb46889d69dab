r"""Turn what a model wrote into valid, refused or unparseable, and a valid reply into the printed position.

In goes the reply and the option labels in printed order (printed codes run 1..k in that order, whichever way the scale
runs); out comes a `ParsedAnswer`. One rule stands above all others: **what is not plainly one option is unparseable**,
never clipped, never the middle of the scale, never a refusal. `plain_text` takes off what dresses the reply, and
`options` rewrites it so that labels and numbers become options; here it is decided which of these is the answer.

An option counts only where the text presents it as the answer, and only if its clause ends there or goes on with a word
such as "because":

==========  ======================================================================================================
whole       "4.", "Like me", "4 - Moderately like me", "four"; nothing else stands in the reply
final       "final answer: 4", ``\boxed{4}``
marked      "answer: 4", "my rating for this man is 4", "I'd choose 4"
own line    nothing else stands on its line
opening     opens a sentence or line: "4 because ..."; no other number may stand in the reply
led         "it is a 4", "this sounds very much like me"; as for opening, and not in a reply that refuses
==========  ======================================================================================================

1.  All that is presented must agree, unless the last of it is final: then only what is final counts.
2.  Another scale ("8/10") anywhere makes the reply unparseable.
3.  Only if nothing is presented can the reply be a refusal (see `refusal`).
4.  In a reply cut off for length, an unmarked number at the end of prose and a label that begins a longer one are not
    trusted.
5.  A number word counts after a marker, before its label, and as the whole reply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from valuemap.administration.options import NUMBER_WORDS, OPTION, Options, options_of, rewritten, value_of
from valuemap.administration.plain_text import plain, without_reasoning
from valuemap.administration.reason import Reason as Reason
from valuemap.administration.refusal import disclaims, refuses
from valuemap.study import State

CUT_OFF_FINISHES = frozenset({"length", "max_tokens"})
DECLINED_FINISH = "content_filter"


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
        Valid only if the text presents exactly one option by the rules of this module.
    """
    text = visible(reply, finish_reason, refusal)
    if isinstance(text, ParsedAnswer):
        return text
    return judge(plain(text), options_of(tuple(labels)), cut=finish_reason in CUT_OFF_FINISHES)


def visible(reply: str, finish_reason: str | None, refusal: str | None) -> ParsedAnswer | str:
    """Cut reasoning away, or give the verdict that needs no reading: declined, cut off while reasoning, or empty."""
    text = without_reasoning(reply)
    if (refusal and refusal.strip()) or finish_reason == DECLINED_FINISH:
        said = plain(f"{text or ''}\n{refusal or ''}")
        return ParsedAnswer(State.REFUSED, None, Reason.DECLINED.value, disclaims(said))
    if text is None:
        return unparseable(Reason.REASONING_CUT_OFF)
    return text if plain(text) else unparseable(Reason.EMPTY)


def judge(text: str, options: Options, *, cut: bool = False) -> ParsedAnswer:
    """Decide what plain text says about one item; `cut` says that the text ended for lack of tokens."""
    disclaimer, refusing = disclaims(text), refuses(text)
    named = rewritten(text, options, cut=cut)
    value = _decide(named, options, cut=cut, refusing=refusing)
    if isinstance(value, int):
        return ParsedAnswer(State.VALID, value, Reason.NONE.value, disclaimer)
    if value is Reason.NO_ANSWER and (refusing or (disclaimer and not OPTION.search(named))):
        return ParsedAnswer(State.REFUSED, None, Reason.REFUSAL.value, disclaimer)
    return unparseable(value, disclaimer)


def answer_alone(text: str, options: Options) -> int | Reason | None:
    """Give the option that plain text is nothing but, or why that is no option; ``None`` if there is anything else."""
    found = _presented(rewritten(text, options), options.size)
    return found[0].value if found and found[0].manner is _Manner.WHOLE else None


def unparseable(reason: Reason, disclaimer: bool = False) -> ParsedAnswer:
    """Make the outcome of a reply that gives no answer for `reason`."""
    return ParsedAnswer(State.UNPARSEABLE, None, reason.value, disclaimer)


# What may stand around an option that is presented as the answer: a marker before it, the end of its clause behind it.
_NOUN = (
    "(?:answer|rating|response|choice|score|selection|selected|pick|verdict|antwort|réponse|respuesta|risposta|resposta"
    "|ответ)"
)
_LINKED = r"(?: [\w']+){0,8}? ?(?:[:=\n]|-(?= )|\b(?:is|would be|of)\b)"
_SPEAKER = r"\b(?:i|we)(?:'d|'ll|'m)?(?: (?:would|will|must|do|think|have to|am|inclined to|going to|\w+ly)){0,4}"
_CHOOSES = (
    " (?:choose|choosing|chose|select|pick|picked|rate|rated|give|gave|say|assign|answer|respond|go|going|went|opt"
    "|settle|put|mark|score)"
)
_FILL = (
    r"(?:[ \n'(\[:=,~-]{1,3}(?:an?|the|it|this|that|statement|item|question|portrait|description|person|myself|me|us|as"
    r"|at|with|on|for|to|of|in|around|about|roughly|probably|likely|just|solid|strong|option|number|code|level|value"
    r"|rating|answer|score|choice|response|my|final|is|be|would be|between)\b){0,8}[ \n'(\[:=,~<#-]{0,4}"
)
_MARKER = rf"(?:\b{_NOUN}{_LINKED}|{_SPEAKER}{_CHOOSES}\b|(?:答案|回答|选择|選擇|답)[是为為:]?){_FILL}"
_GOES_ON = (
    r"(?=[ \u2600-\u27bf\U0001f300-\U0001faff]{0,6}(?:$|[\n.,;:!()\]|]|- |(?-i:[A-Z])"
    r"|(?:because|since|as|for|on|here|so|but|given|overall|though|although|over|rather|instead"
    r"|(?:is|would be) my)\b))"
)
_OPENER = (
    "(?:an?|the|option|number|code|yes|no|sure|okay|well|so|then|overall|honestly|definitely|probably|maybe|perhaps|about"
    "|around|roughly|actually|wait|hmm|or|rather)"
)
_HERE = r"(?P<option>[‹«][^›»]*[›»])"
_HERE_IN_WORDS = rf"(?P<option>[‹«][^›»]*[›»]|(?:{'|'.join(NUMBER_WORDS[2:])})\b)"  # "I'd choose one" may mean anything


class _Manner(IntEnum):
    """How the text presents an option, strongest first."""

    WHOLE = 0
    FINAL = 1
    MARKED = 2
    OWN_LINE = 3
    OPENING = 4
    LED = 5


_PRESENTED = {
    manner: re.compile(pattern, re.IGNORECASE | re.MULTILINE if manner is _Manner.OWN_LINE else re.IGNORECASE)
    for manner, pattern in (
        (_Manner.WHOLE, rf"^[^\w‹«]*(?P<option>[‹«][^›»]*[›»]|{'|'.join(NUMBER_WORDS)})[^\w‹«]*$"),
        (_Manner.FINAL, rf"\bfinal\b(?: {_NOUN})?{_LINKED}{_FILL}{_HERE_IN_WORDS}{_GOES_ON}"),
        (_Manner.MARKED, rf"{_MARKER}{_HERE_IN_WORDS}{_GOES_ON}"),
        (_Manner.OWN_LINE, rf"^[^\w\n‹«]{{0,20}}{_HERE}[^\w\n‹«]*$"),
        (
            _Manner.OPENING,
            rf"(?:^|[.!?\n|])[^\w‹«]{{0,6}}(?:{_OPENER}\b[ :,#]{{1,2}}){{0,3}}{_HERE}{_GOES_ON}",
        ),
        (
            _Manner.LED,
            r"(?:\b(?:it|this|that|which|number|option|code)(?:'s| is| would be) (?:an? )?|(?:\bas|\bbe|'m) an? (?=‹)|"
            r"(?:'s|\b(?:is|would be|as|looks?|sounds?|seems?|feels?|appears?)) (?=«))"
            rf"{_HERE}{_GOES_ON}",
        ),
    )
}


class _Mention(NamedTuple):
    start: int
    value: int | Reason
    manner: _Manner
    is_label: bool


def _presented(text: str, size: int) -> list[_Mention]:
    """Find the options that are presented as the answer, each in its strongest manner, in the order of the text."""
    found: dict[int, _Mention] = {}
    for manner, pattern in _PRESENTED.items():
        for match in pattern.finditer(text):
            start, name = match.start("option"), match["option"].strip("‹›«»")
            numeric = name.isdecimal() or name.lower() in NUMBER_WORDS
            value = value_of(name, size) if numeric else Reason(name)
            found.setdefault(start, _Mention(start, value, manner, text[start] == "«"))
    return sorted(found.values())


def _decide(text: str, options: Options, *, cut: bool, refusing: bool) -> int | Reason:
    """Give the one option that rewritten text presents, or why there is none."""
    if f"‹{Reason.OTHER_SCALE}›" in text:
        return Reason.OTHER_SCALE
    found = _presented(text, options.size)
    if cut and _may_go_on(text, found, options):
        return Reason.CUT_OFF
    numbers = {int(number) for number in re.findall(r"‹(\d+)›", text)}
    if refusing and (found or numbers) and all(mention.manner is _Manner.LED for mention in found):
        return Reason.UNCLEAR
    if not found:
        return Reason.NO_ANSWER
    if found[-1].manner is _Manner.FINAL:
        found = [mention for mention in found if mention.manner is _Manner.FINAL]
    values = {mention.value: mention for mention in found}
    faults = [value for value in values if isinstance(value, Reason)]
    if faults:
        return faults[0]
    if len(values) > 1:
        return Reason.DISAGREEMENT if len({mention.is_label for mention in found}) == 2 else Reason.SEVERAL
    weak = all(mention.manner >= _Manner.OPENING for mention in found)
    return Reason.SEVERAL if weak and numbers - set(values) else found[0].value


def _may_go_on(text: str, found: Sequence[_Mention], options: Options) -> bool:
    """Say whether a cut-off reply ends in an option that its continuation could have changed."""
    last = re.search(r"([‹«])(\d+)[›»][^\w‹«]*$", text)
    if last is None:
        return False
    if last[1] == "«":
        return last[2] in options.beginnings
    mention = next((mention for mention in found if mention.start == last.start()), None)
    return not found if mention is None else mention.manner > _Manner.MARKED
