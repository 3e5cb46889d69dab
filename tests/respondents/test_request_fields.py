"""What is sent to a server, and what becomes of a field that it does not take."""

from __future__ import annotations

import asyncio

import pytest

from tests import fake_server as fake
from tests.fake_server import Call, FakeServer, Say, Send
from tests.respondents.endpoint import at, request
from valuemap.errors import ProviderError


async def test_a_call_sends_the_chat_the_seed_the_temperature_and_the_length() -> None:
    async with FakeServer() as server:
        respondent = at(server)
        await respondent.answer(request())
        await respondent.close()
    assert server.bodies == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be honest."},
                {"role": "user", "content": "How much like you? 1 to 6."},
            ],
            "seed": 7,
            "temperature": 0.5,
            "max_tokens": 8,
        }
    ]
    assert "Authorization" not in server.calls[0].headers


async def test_no_temperature_leaves_the_providers_default() -> None:
    async with FakeServer() as server:
        respondent = at(server)
        await respondent.answer(request(temperature=None))
        await respondent.close()
    assert "temperature" not in server.bodies[0]


async def test_a_refused_name_of_the_longest_reply_is_replaced_once_and_for_all() -> None:
    async with FakeServer(fake.rejecting("max_tokens")) as server:
        respondent = at(server)
        first, second = await respondent.answer(request()), await respondent.answer(request(8))
        identity = respondent.identity
        await respondent.close()
    assert (first.attempts, second.attempts, len(server.calls)) == (2, 1, 3)
    assert server.bodies[2]["max_completion_tokens"] == 8
    assert "max_tokens" not in server.bodies[2]
    assert identity.settings["max_tokens_field"] == "max_completion_tokens"
    assert identity.settings["dropped"] is None


async def test_openais_message_that_names_both_fields_is_understood() -> None:
    words = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."

    def behaviour(call: Call) -> fake.Action:
        return fake.error(400, words) if "max_tokens" in call.body else Say("4")

    async with FakeServer(behaviour) as server:
        respondent = at(server)
        assert (await respondent.answer(request())).text == "4"
        await respondent.close()


async def test_refused_seed_and_temperature_are_dropped_and_recorded() -> None:
    async with FakeServer(fake.rejecting("seed", "temperature")) as server:
        respondent = at(server)
        assert respondent.identity.settings["dropped"] is None
        replies = await asyncio.gather(*(respondent.answer(request(seed)) for seed in range(8)))
        await respondent.answer(request(9))
        identity = respondent.identity
        await respondent.close()
    assert len(replies) == 8
    assert not {"seed", "temperature"} & set(server.bodies[-1])
    assert identity.settings["dropped"] == "seed, temperature"


async def test_a_server_that_takes_no_length_at_all_is_asked_without() -> None:
    async with FakeServer(fake.rejecting("max_tokens", "max_completion_tokens")) as server:
        respondent = at(server)
        await respondent.answer(request())
        identity = respondent.identity
        await respondent.close()
    assert set(server.bodies[-1]) == {"model", "messages", "seed", "temperature"}
    assert identity.settings["max_tokens_field"] is None
    assert identity.settings["dropped"] == "max_tokens"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (422, '{"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs"}]}'),
        (400, '[{"error": {"code": 400, "message": "Unknown name \\"seed\\": Cannot find field."}}]'),
        (400, '{"error": {"message": "seed: Extra inputs are not permitted"}}'),
        (400, '{"message": "property \'seed\' is unsupported"}'),
    ],
)
async def test_the_ways_servers_word_an_unsupported_seed(status: int, body: str) -> None:
    def behaviour(call: Call) -> fake.Action:
        return Send(status, body) if "seed" in call.body else Say("4")

    async with FakeServer(behaviour) as server:
        respondent = at(server)
        assert (await respondent.answer(request())).attempts == 2
        assert respondent.dropped == ("seed",)
        await respondent.close()


async def test_a_field_with_a_wrong_value_is_not_dropped() -> None:
    wrong = fake.error(400, "Invalid value: 'temperature' must be at most 2", param="temperature")
    async with FakeServer(fake.always(wrong)) as server:
        respondent = at(server)
        with pytest.raises(ProviderError, match="'temperature' must be at most 2"):
            await respondent.answer(request())
        await respondent.close()
    assert len(server.calls) == 1
