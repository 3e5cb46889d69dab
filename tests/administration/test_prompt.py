"""From what is asked to the words a model sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuemap.administration import prompt
from valuemap.instrument import Instrument, Wording
from valuemap.respondents.base import Message
from valuemap.study import NO_FRAMING, Framing, OptionOrder

ORDERS: tuple[OptionOrder, ...] = ("ascending", "descending")


@pytest.mark.parametrize("order", ORDERS)
def test_what_items_share_comes_first_and_the_item_comes_last(
    pvq: Instrument, pvq_wording: Wording, order: OptionOrder
) -> None:
    beginnings = set()
    for item, text in pvq_wording.items.items():
        question = prompt.item_question(pvq_wording, order, item)
        assert question.endswith("\n" + text)
        beginnings.add(question.removesuffix(text))
    assert len(beginnings) == 1


@pytest.mark.parametrize("order", ORDERS)
def test_each_printed_code_stands_beside_the_label_of_its_value(
    pvq: Instrument, pvq_wording: Wording, order: OptionOrder
) -> None:
    question = prompt.item_question(pvq_wording, order, 1)
    for code, value in zip(prompt.option_codes(pvq), prompt.option_values(pvq, order), strict=True):
        assert f"\n{code} = {pvq_wording.labels[value - pvq.response.minimum]}\n" in question


def test_descending_mirrors_what_the_codes_mean_and_leaves_the_codes(pvq: Instrument, pvq_wording: Wording) -> None:
    assert prompt.option_codes(pvq) == ("1", "2", "3", "4", "5", "6")
    assert prompt.option_values(pvq, "ascending") == (1, 2, 3, 4, 5, 6)
    assert prompt.option_values(pvq, "descending") == (6, 5, 4, 3, 2, 1)
    up, down = (prompt.option_labels(pvq_wording, order, 1) for order in ORDERS)
    assert up == down[::-1] == pvq_wording.labels


def test_codes_run_from_one_whatever_the_scales_values(small: Instrument) -> None:
    from_minus_one = small.model_copy(
        update={"response": small.response.model_copy(update={"minimum": -1, "maximum": 7})}
    )
    assert prompt.option_codes(from_minus_one) == tuple("123456789")
    assert prompt.option_values(from_minus_one, "descending") == (7, 6, 5, 4, 3, 2, 1, 0, -1)


@given(places=st.permutations(range(1, 58)))
def test_a_form_numbers_the_items_by_their_place_and_holds_each_once(pvq_wording: Wording, places: list[int]) -> None:
    form = prompt.form_question(pvq_wording, "ascending", places)
    for place, item in enumerate(places, start=1):
        assert f"\n{place}. {pvq_wording.items[item]}" in form
    assert form.endswith(f"\n57. {pvq_wording.items[places[-1]]}")
    assert "Answer all 57 statements" in form


def test_a_further_item_of_a_conversation_is_the_item_alone(pvq_wording: Wording) -> None:
    assert prompt.next_item(pvq_wording, "ascending", 7) == pvq_wording.items[7]


def test_a_framing_is_the_system_text_and_no_framing_is_none() -> None:
    framed = prompt.opening(Framing("x", "You are a judge."), "How much?")
    assert framed == (Message("system", "You are a judge."), Message("user", "How much?"))
    assert prompt.opening(NO_FRAMING, "How much?") == (Message("user", "How much?"),)
