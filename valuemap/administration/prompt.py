"""Turns what is asked into the messages a model sees.

In go a wording, a framing, an option order and item numbers; out come messages. Two rules: everything that prompts
share comes first and the item comes last, so that a model's cache serves the beginning; and the option codes always
run 1, 2, 3 ... in printed order, so that ``descending`` mirrors what each code means.
"""

from __future__ import annotations

from collections.abc import Sequence

from valuemap.instrument import Instrument, Wording
from valuemap.respondents.base import Message
from valuemap.study import Framing, OptionOrder


def option_codes(instrument: Instrument) -> tuple[str, ...]:
    """Return the printed codes: "1", "2", ..."""
    return tuple(str(code) for code in range(1, instrument.response.n_options + 1))


def option_values(instrument: Instrument, order: OptionOrder) -> tuple[int, ...]:
    """Return the scale value behind each printed code."""
    values = instrument.response.values
    return values if order == "ascending" else values[::-1]


def option_labels(wording: Wording, order: OptionOrder) -> tuple[str, ...]:
    """Return the options' labels in printed order."""
    return wording.labels if order == "ascending" else wording.labels[::-1]


def item_question(wording: Wording, order: OptionOrder, item: int) -> str:
    """Word the question about one item, the item last."""
    return f"{_preamble(wording, order)}\nReply with the number only.\n\n{wording.items[item]}"


def next_item(wording: Wording, item: int) -> str:
    """Word a further item of a conversation that has begun with `item_question`."""
    return wording.items[item]


def form_question(wording: Wording, order: OptionOrder, items: Sequence[int]) -> str:
    """Word a whole form; its statements are numbered by their place in the form."""
    lines = "\n".join(f"{place}. {wording.items[item]}" for place, item in enumerate(items, start=1))
    return (
        f"{_preamble(wording, order)}\n"
        f"Answer all {len(items)} statements. Write one line for each, its number, a colon and your answer "
        f'("1: ...").\n\n{lines}'
    )


def opening(framing: Framing, question: str) -> tuple[Message, ...]:
    """Begin a chat: the framing, where there is one, and the first question."""
    system = (Message("system", framing.text),) if framing.text else ()
    return (*system, Message("user", question))


def _preamble(wording: Wording, order: OptionOrder) -> str:
    legend = "\n".join(f"{code} = {label}" for code, label in enumerate(option_labels(wording, order), start=1))
    return f"{wording.instruction}\n\n{wording.question}\n{legend}"
