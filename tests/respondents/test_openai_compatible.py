"""A model behind an OpenAI-compatible server: what is sent, read and tried again, and what stays secret."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import fake_server as fake
from tests.fake_server import Call, Cut, FakeServer, Hang, Say, Send
from valuemap.errors import ProviderError, UsageError
from valuemap.respondents.base import CallFailed, Message, Request
from valuemap.respondents.openai_compatible import (
    OpenAICompatible,
    key_variable,
    one_line,
    option_probabilities,
    retry_after_seconds,
)

KEY = "vm-secret-0123456789-never-show"
CODES = ("1", "2", "3", "4", "5", "6")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, wake)


class HeldTime(FakeTime):
    """A clock on which nobody wakes before the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.released = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self.now + seconds
        await self.released.wait()
        self.now = max(self.now, wake)

    async def until_asleep(self, sleepers: int) -> None:
        async with asyncio.timeout(10):
            while len(self.slept) < sleepers:
                await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (
        "VALUEMAP_API_KEY",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "GEMINI_API_KEY",
        "OPENROUTER_API_KEY",
    ):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("VALUEMAP_API_KEY", KEY)
    return KEY


def request(seed: int = 7, temperature: float | None = 0.5) -> Request:
    return Request(
        messages=(Message("system", "Be honest."), Message("user", "How much like you? 1 to 6.")),
        seed=seed,
        temperature=temperature,
        max_tokens=8,
        codes=CODES,
        option_values=(1, 2, 3, 4, 5, 6),
        items=(1,),
        wording="own-en",
        repeat=1,
    )


def at(server: FakeServer, fake_time: FakeTime | None = None, **settings: Any) -> OpenAICompatible:
    if fake_time is not None:
        settings |= {"sleep": fake_time.sleep, "clock": fake_time.clock}
    return OpenAICompatible(
        name=f"m@{server.base_url}", model="m", base_url=server.base_url, **{"api_key_env": None} | settings
    )


# Names and keys


@pytest.mark.parametrize(
    ("name", "model", "base_url"),
    [
        ("openai/gpt-4o", "gpt-4o", "https://api.openai.com/v1"),
        ("llama3@http://localhost:11434/v1", "llama3", "http://localhost:11434/v1"),
        ("llama3@http://127.0.0.1:1234/v1/", "llama3", "http://127.0.0.1:1234/v1"),
        ("m@http://[::1]:8000/v1/chat/completions", "m", "http://[::1]:8000/v1"),
        ("openai/gpt-oss-20b@http://localhost:1234/v1", "openai/gpt-oss-20b", "http://localhost:1234/v1"),
        ("claude@20250101@https://example.org/v1", "claude@20250101", "https://example.org/v1"),
    ],
)
def test_a_name_gives_model_and_address(
    name: str, model: str, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("VALUEMAP_API_KEY", KEY)
    identity = OpenAICompatible.from_name(name, temperature=0.7).identity
    assert (identity.name, identity.kind, identity.model) == (name, "openai", model)
    assert identity.settings["base_url"] == base_url
    assert identity.settings["temperature"] == 0.7


@pytest.mark.parametrize(
    "name", ["gpt-4o", "openai/", "m@ftp://host/v1", "@http://localhost/v1", "m@localhost"]
)
def test_a_name_of_another_form_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="openai/NAME or NAME@BASE_URL"):
        OpenAICompatible.from_name(name)


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{KEY}@localhost/v1",
        f"http://{KEY}@localhost/v1",
        f"http://localhost/v1?key={KEY}",
        f"http://localhost/v1#{KEY}",
        f"http://localhost:{KEY}/v1",
        "http://",
        "http://localhost:0/v1",
    ],
)
def test_an_address_that_carries_a_secret_or_is_none_is_refused_unrepeated(url: str) -> None:
    with pytest.raises(UsageError, match="the base URL") as refused:
        OpenAICompatible.from_name(f"m@{url}")
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("base_url", "variables", "chosen"),
    [
        ("https://api.openai.com/v1", {"OPENAI_API_KEY"}, "OPENAI_API_KEY"),
        ("https://api.openai.com/v1", {"OPENAI_API_KEY", "VALUEMAP_API_KEY"}, "VALUEMAP_API_KEY"),
        ("https://openrouter.ai/api/v1", {"OPENROUTER_API_KEY", "OPENAI_API_KEY"}, "OPENROUTER_API_KEY"),
        ("https://api.anthropic.com/v1", {"ANTHROPIC_API_KEY"}, "ANTHROPIC_API_KEY"),
        ("https://example.org/v1", {"VALUEMAP_API_KEY", "OPENAI_API_KEY"}, "VALUEMAP_API_KEY"),
        ("http://localhost:11434/v1", {"OPENAI_API_KEY"}, None),
        ("http://127.0.0.2/v1", set(), None),
        ("http://[::1]:80/v1", set(), None),
    ],
)
def test_which_key_goes_to_which_host(base_url: str, variables: set[str], chosen: str | None) -> None:
    assert key_variable(base_url, dict.fromkeys(variables, KEY)) == chosen


@pytest.mark.parametrize(
    "base_url",
    [
        "https://example.org/v1",
        "http://api.openai.com/v1",
        "https://api.openai.com.example.org/v1",
        "https://localhost.example.org/v1",
        "http://192.168.1.5:8000/v1",
    ],
)
def test_the_openai_key_goes_nowhere_else_and_a_missing_key_is_said_before_any_call(base_url: str) -> None:
    with pytest.raises(ProviderError, match=r"no key for .*: set VALUEMAP_API_KEY"):
        key_variable(base_url, {"OPENAI_API_KEY": KEY})


def test_openai_without_a_key_says_which_variable_to_set() -> None:
    with pytest.raises(ProviderError, match=r"no key for api\.openai\.com: set OPENAI_API_KEY"):
        OpenAICompatible.from_name("openai/gpt-4o")


@pytest.mark.parametrize("unfit", [f"{KEY}\nX-Header: 1", f"{KEY} two", f"{KEY}ü"])
def test_a_key_unfit_for_a_header_is_refused_unrepeated(unfit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", unfit)
    with pytest.raises(ProviderError, match="OPENAI_API_KEY") as refused:
        OpenAICompatible.from_name("openai/gpt-4o")
    assert KEY not in str(refused.value)


# What is sent


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


async def test_the_key_is_sent_as_a_bearer_token(key: str) -> None:
    async with FakeServer() as server:
        respondent = OpenAICompatible.from_name(f"m@{server.base_url}")
        await respondent.answer(request())
        await respondent.close()
    assert server.calls[0].headers["Authorization"] == f"Bearer {key}"


async def test_a_server_on_this_machine_is_asked_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeServer() as proxy, FakeServer() as server:
        monkeypatch.setenv("http_proxy", proxy.base_url)
        respondent = at(server)
        await respondent.answer(request())
        await respondent.close()
    assert (len(proxy.calls), len(server.calls)) == (0, 1)


async def test_the_connection_pool_is_no_larger_than_the_concurrency() -> None:
    async with FakeServer(delay=0.02) as server:
        respondent = at(server, concurrency=4)
        await asyncio.gather(*(respondent.answer(request(seed)) for seed in range(20)))
        await respondent.close()
    assert len(server.calls) == 20
    assert server.most_at_once == 4


# What is read


async def replied(say: Say) -> Any:
    async with FakeServer(fake.always(say)) as server:
        respondent = at(server)
        try:
            return await respondent.answer(request())
        finally:
            await respondent.close()


async def test_a_reply_carries_what_the_server_says_of_it() -> None:
    reply = await replied(Say(" 4\n", fingerprint="fp_9", model="m-2026"))
    assert (reply.text, reply.finish_reason, reply.refusal) == (" 4\n", "stop", None)
    assert (reply.model, reply.fingerprint, reply.attempts) == ("m-2026", "fp_9", 1)
    assert (reply.tokens_in, reply.tokens_out) == (9, 1)
    assert reply.latency > 0


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": None}, ""),
        ({"content": [{"type": "text", "text": "I say "}, {"type": "text", "text": "4"}]}, "I say 4"),
        ({"content": [{"type": "reasoning", "text": "maybe 2"}, {"type": "text", "text": "4"}]}, "4"),
        ({"content": None, "reasoning_content": "I think 4"}, ""),
        ({"content": "5", "reasoning_content": "I think 4"}, "5"),
        ({"content": 4}, ""),
    ],
)
async def test_only_the_content_is_the_answer(message: dict[str, Any], text: str) -> None:
    assert (await replied(Say("", message=message))).text == text


async def test_a_refusal_in_its_own_field_is_kept_apart_from_the_text() -> None:
    async with FakeServer(fake.refusing) as server:
        respondent = at(server)
        reply = await respondent.answer(request())
        await respondent.close()
    assert (reply.text, reply.refusal) == ("", fake.REFUSAL)


async def test_rambling_is_kept_as_it_came_with_the_reason_it_ended() -> None:
    async with FakeServer(fake.rambling) as server:
        respondent = at(server)
        reply = await respondent.answer(request())
        await respondent.close()
    assert (reply.text, reply.finish_reason) == (fake.RAMBLE * 5, "length")


async def test_a_reply_of_broken_unicode_can_be_stored() -> None:
    reply = await replied(Say("4 \ud83d ok"))
    study = sqlite3.connect(":memory:")
    stored = study.execute("SELECT ?", (reply.text,)).fetchone()[0]
    study.close()
    assert stored == "4 \ufffd ok"


@pytest.mark.parametrize("usage", ['{"prompt_tokens": -1}', '{"prompt_tokens": 1e400}', "[]", "null", '"x"'])
async def test_senseless_token_counts_are_no_counts(usage: str) -> None:
    body = '{"choices": [{"message": {"content": "4"}, "finish_reason": 3}], "usage": ' + usage + "}"
    async with FakeServer(fake.always(Send(200, body))) as server:
        respondent = at(server)
        reply = await respondent.answer(request())
        await respondent.close()
    assert (reply.text, reply.tokens_in, reply.finish_reason, reply.model) == ("4", None, None, None)


# What is tried again

PASSING = {
    "408": fake.error(408, "Request timeout"),
    "409": fake.error(409, "Conflict"),
    "429": fake.too_many(None),
    "500": fake.error(500, "Internal error"),
    "502 with a page": Send(502, "<html>Bad gateway</html>", content_type="text/html"),
    "503": fake.error(503, "Overloaded"),
    "529": fake.error(529, "Overloaded"),
    "cut before the answer": Cut(mid_body=False),
    "cut in the body": Cut(mid_body=True),
    "truncated": fake.TRUNCATED,
    "not JSON": fake.NOT_JSON,
    "empty": Send(200, ""),
    "not a completion": Send(200, '{"choices": []}'),
    "no message": Send(200, '{"choices": [{}]}'),
    "null": Send(200, "null"),
    "nested": Send(200, "[" * 100_000),
    "not text": Send(200, '{"choices": [{"message": {"content": "4"}}]', {"Content-Encoding": "gzip"}),
    "error in a 200": Send(200, '{"error": {"message": "Upstream overloaded", "code": 503}}'),
    "nameless error in a 200": Send(200, '{"error": "something went wrong"}'),
    "error in a choice": Send(200, '{"choices": [{"error": {"code": 502, "message": "x"}, "message": {}}]}'),
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING.keys())
async def test_what_may_pass_is_tried_again(trouble: fake.Action, fake_time: FakeTime) -> None:
    async with FakeServer(fake.first([trouble, trouble], then=fake.always(Say("4")))) as server:
        respondent = at(server, fake_time)
        reply = await respondent.answer(request())
        await respondent.close()
    assert (reply.text, reply.attempts, len(server.calls)) == ("4", 3, 3)
    assert 0.5 <= fake_time.slept[0] <= 1.0 <= fake_time.slept[1] <= 1.5


async def test_a_server_that_hangs_is_asked_again_after_the_timeout(fake_time: FakeTime) -> None:
    async with FakeServer(fake.first([Hang()])) as server:
        respondent = at(server, fake_time, timeout=0.2)
        reply = await respondent.answer(request())
        await respondent.close()
    assert reply.attempts == 2
    assert reply.latency < 0.2


STOPPING = {
    "400": (fake.error(400, "messages: too long"), "does not accept the request"),
    "401": (fake.error(401, "bad key"), "set VALUEMAP_API_KEY"),
    "402": (fake.error(402, "Payment required"), "no credit left"),
    "403": (fake.error(403, "Not for you"), "access denied"),
    "404": (fake.error(404, "The model does not exist"), "no such model or address"),
    "422": (fake.error(422, "messages: wrong"), "does not accept the request"),
    "quota": (fake.error(429, "You exceeded your quota", code="insufficient_quota"), "no credit left"),
    "405 with a page": (
        Send(405, "<html>no</html>", content_type="text/html"),
        "does not accept the request",
    ),
    "401 in a 200": (Send(200, '{"error": {"code": 401, "message": "No auth"}}'), "set VALUEMAP_API_KEY"),
    "400 in a list": (Send(400, '[{"error": {"code": 400, "message": "Bad model"}}]'), "Bad model"),
    "named in a 200": (
        Send(200, '{"error": {"type": "invalid_request_error", "message": "Nope"}}'),
        "does not accept the request",
    ),
}


@pytest.mark.parametrize(("action", "words"), STOPPING.values(), ids=STOPPING.keys())
async def test_what_cannot_pass_stops_the_run_at_once_with_one_line(
    action: Send, words: str, fake_time: FakeTime
) -> None:
    async with FakeServer(fake.always(action)) as server:
        respondent = at(server, fake_time)
        with pytest.raises(ProviderError, match=words) as stopped:
            await respondent.answer(request())
        await respondent.close()
    assert len(server.calls) == 1
    assert fake_time.slept == []
    assert str(stopped.value).startswith(f"m at {server.base_url.split('/')[2]}: ")
    assert "\n" not in str(stopped.value)


async def test_a_redirection_is_not_followed(key: str) -> None:
    async with FakeServer() as elsewhere:
        moved = Send(307, "", {"Location": f"{elsewhere.base_url}/chat/completions"})
        async with FakeServer(fake.always(moved)) as server:
            respondent = OpenAICompatible.from_name(f"m@{server.base_url}")
            with pytest.raises(ProviderError, match=f"redirects to {elsewhere.base_url}"):
                await respondent.answer(request())
            await respondent.close()
    assert elsewhere.calls == []


async def test_a_server_that_was_never_there_stops_the_run_at_once(fake_time: FakeTime) -> None:
    async with FakeServer() as server:
        respondent = at(server, fake_time)
    with pytest.raises(ProviderError, match="connection refused; is the server running"):
        await respondent.answer(request())
    await respondent.close()
    assert fake_time.slept == []


async def test_a_server_that_goes_away_is_tried_again_until_patience_ends(fake_time: FakeTime) -> None:
    async with FakeServer() as server:
        respondent = at(server, fake_time)
        await respondent.answer(request())
    with pytest.raises(CallFailed, match=r"Connection refused.*patience 300 s") as failed:
        await respondent.answer(request(8))
    await respondent.close()
    assert failed.value.attempts == len(fake_time.slept) + 1
    assert 250 < sum(fake_time.slept) <= 300


async def test_a_call_is_given_up_when_its_patience_ends(fake_time: FakeTime) -> None:
    async with FakeServer(fake.always(fake.error(500, "Internal error"))) as server:
        respondent = at(server, fake_time, patience=20)
        with pytest.raises(CallFailed, match=r"HTTP 500 \(Internal error\).*patience 20 s") as failed:
            await respondent.answer(request())
        await respondent.close()
    # Pauses of 0.5, 1, 2, 4 and 8 s with their jitter fit into 20 s; one of 16 s more does not.
    assert failed.value.attempts == len(server.calls) == 6
    assert sum(fake_time.slept) <= 20


async def test_no_patience_means_one_try(fake_time: FakeTime) -> None:
    async with FakeServer(fake.always(fake.error(500, "Internal error"))) as server:
        respondent = at(server, fake_time, patience=0)
        with pytest.raises(CallFailed, match="given up after 1 try"):
            await respondent.answer(request())
        await respondent.close()
    assert len(server.calls) == 1


# Retry-After


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@pytest.mark.parametrize("wait", [7, 121, 299])
async def test_retry_after_of_any_length_within_the_patience_is_honoured(
    wait: int, fake_time: FakeTime
) -> None:
    async with FakeServer(fake.first([fake.too_many(str(wait))])) as server:
        respondent = at(server, fake_time)
        reply = await respondent.answer(request())
        await respondent.close()
    assert reply.attempts == 2
    assert fake_time.slept == [wait]


async def test_retry_after_as_a_date_is_honoured(fake_time: FakeTime) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    async with FakeServer(fake.first([fake.too_many(date)])) as server:
        respondent = at(server, fake_time)
        await respondent.answer(request())
        await respondent.close()
    assert 90 < fake_time.now <= 100.1


async def test_a_longer_wait_than_the_patience_is_not_begun(fake_time: FakeTime) -> None:
    async with FakeServer(fake.always(fake.too_many("600"))) as server:
        respondent = at(server, fake_time)
        words = "asks to wait 600 s, longer than the patience of 300 s"
        with pytest.raises(CallFailed, match=words) as failed:
            await respondent.answer(request())
        with pytest.raises(CallFailed, match=words) as spared:
            await respondent.answer(request(8))
        await respondent.close()
    assert (failed.value.attempts, spared.value.attempts) == (1, 0)
    assert len(server.calls) == 1
    assert fake_time.slept == []


async def test_while_one_call_must_wait_the_others_wait_too() -> None:
    held = HeldTime()
    async with FakeServer(fake.first([fake.too_many("30")])) as server:
        respondent = at(server, held)
        calls = [asyncio.create_task(respondent.answer(request(0)))]
        await held.until_asleep(1)
        calls += [asyncio.create_task(respondent.answer(request(seed))) for seed in range(1, 9)]
        await held.until_asleep(9)
        assert len(server.calls) == 1
        held.released.set()
        replies = await asyncio.gather(*calls)
        await respondent.close()
    assert [reply.attempts for reply in replies] == [2] + [1] * 8
    assert held.slept == [30.0] * 9


# Fields that a server does not take


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


# Distribution mode


async def test_probabilities_are_read_off_the_first_token() -> None:
    top = (("4", 0.4), (" 4", 0.2), ("5", 0.15), ("Well", 0.15), ("44", 0.05), (" 6\n", 0.05))
    async with FakeServer(fake.always(Say("4", top=top))) as server:
        respondent = at(server)
        read = await respondent.distribution(request())
        await respondent.close()
    assert read.probabilities == pytest.approx((0, 0, 0, 0.75, 0.1875, 0.0625))
    assert read.option_mass == pytest.approx(0.8)
    assert (read.model, read.fingerprint, read.attempts) == ("m-exact", "fp_test", 1)
    sent = server.bodies[0]
    assert (sent["logprobs"], sent["top_logprobs"], sent["max_tokens"]) == (True, 20, 1)
    assert sent["temperature"] == 1.0
    assert "seed" not in sent


async def test_a_drawn_token_below_the_listed_ones_counts_once() -> None:
    listed = [{"token": "4", "logprob": math.log(0.5)}]
    drawn = {"token": "2", "logprob": math.log(0.1), "top_logprobs": listed}
    choice = {"message": {"content": "2"}, "logprobs": {"content": [drawn]}}
    async with FakeServer(fake.always(Send(200, json.dumps({"choices": [choice]})))) as server:
        respondent = at(server)
        read = await respondent.distribution(request())
        await respondent.close()
    assert read.probabilities == pytest.approx((0, 1 / 6, 0, 5 / 6, 0, 0))
    assert read.option_mass == pytest.approx(0.6)


REFUSED_LOGPROBS = {
    "ignored": fake.without_log_probabilities,
    "an empty list": fake.always(Say("4", top=())),
    "unsupported": fake.rejecting("logprobs"),
    "forbidden": fake.always(fake.error(403, "You are not allowed to request logprobs from this model")),
}


@pytest.mark.parametrize("behaviour", REFUSED_LOGPROBS.values(), ids=REFUSED_LOGPROBS.keys())
async def test_without_log_probabilities_distribution_is_refused_with_the_reason(
    behaviour: fake.Behaviour,
) -> None:
    async with FakeServer(behaviour) as server:
        respondent = at(server)
        with pytest.raises(ProviderError, match=r"gives no log-probabilities .*; use --mode sample"):
            await respondent.distribution(request())
        await respondent.close()
    assert len(server.calls) == 1


async def test_no_distribution_is_invented_when_no_option_is_listed() -> None:
    async with FakeServer(fake.always(Say("Well", top=(("Well", 0.6), ("I", 0.3))))) as server:
        respondent = at(server)
        with pytest.raises(CallFailed, match="none of the options is among the 2 likeliest first tokens"):
            await respondent.distribution(request())
        await respondent.close()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*CODES, " 1", "2 ", "12", "A", ""]), st.floats(max_value=0, allow_nan=False)
        )
    )
)
def test_probabilities_sum_to_one_and_the_mass_is_a_probability(tokens: list[tuple[str, float]]) -> None:
    probabilities, mass = option_probabilities(tokens, CODES)
    assert len(probabilities) == len(CODES)
    assert all(0 <= probability <= 1 for probability in probabilities)
    assert 0 <= mass <= 1
    assert math.isclose(sum(probabilities), 1.0 if mass > 0 else 0.0, rel_tol=1e-9)


# The check of an endpoint


async def test_one_call_tells_what_an_endpoint_supports() -> None:
    async with FakeServer() as server:
        respondent = at(server)
        found = await respondent.check()
        await respondent.close()
    assert len(server.calls) == 1
    assert (found.seed, found.temperature, found.logprobs) == (True, True, True)
    assert (found.max_tokens_field, found.dropped) == ("max_tokens", ())
    assert (found.model, found.model_reported, found.text) == (
        "m",
        "m-exact",
        fake.steady_code(server.bodies[0]),
    )


async def test_the_check_tells_what_an_endpoint_does_not_support() -> None:
    behaviour = fake.rejecting("max_tokens", "seed", "logprobs")
    async with FakeServer(behaviour) as server:
        respondent = at(server)
        found = await respondent.check()
        await respondent.close()
    assert (found.seed, found.temperature, found.logprobs) == (False, True, False)
    assert (found.max_tokens_field, found.dropped) == ("max_completion_tokens", ("seed",))


async def test_the_check_fails_with_one_line(fake_time: FakeTime) -> None:
    async with FakeServer(fake.always(fake.error(500, "Down"))) as server:
        respondent = at(server, fake_time, patience=1)
        with pytest.raises(ProviderError, match=r"HTTP 500 \(Down\)"):
            await respondent.check()
        await respondent.close()


# The key stays secret


def repeat_the_key(call: Call) -> fake.Action:
    word = call.headers["Authorization"]
    return Say(word, refusal=word, finish_reason=word, model=word, fingerprint=word)


ECHOES = {
    "401": fake.echoing_the_key(401),
    "400": fake.echoing_the_key(400),
    "403": fake.echoing_the_key(403),
    "500": fake.echoing_the_key(500),
    "a page": lambda call: Send(
        500, f"<html>{call.headers['Authorization']}</html>", content_type="text/html"
    ),
    "long": lambda call: fake.error(400, "x" * 180 + call.headers["Authorization"]),
    "redirection": lambda call: Send(302, "", {"Location": f"http://h/?k={call.headers['Authorization']}"}),
    "logprobs": lambda call: fake.error(400, f"no logprobs for {call.headers['Authorization']}"),
    "reply": repeat_the_key,
    "cut": fake.always(Cut()),
    "truncated": lambda call: Send(200, f'{{"x": "{call.headers["Authorization"]}'),
}


@pytest.mark.parametrize("behaviour", ECHOES.values(), ids=ECHOES.keys())
@pytest.mark.parametrize("mode", ["sample", "distribution"])
async def test_the_key_appears_nowhere_even_if_the_server_repeats_it(
    behaviour: fake.Behaviour, mode: str, key: str, fake_time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with FakeServer(behaviour) as server:
        respondent = at(server, fake_time, api_key_env="VALUEMAP_API_KEY", patience=2)
        ask = respondent.answer if mode == "sample" else respondent.distribution
        try:
            outcome = repr(await ask(request()))
        except (ProviderError, CallFailed) as failure:
            outcome = "".join(traceback.format_exception(failure)) + repr(failure)
        seen = outcome + repr(respondent) + repr(respondent.identity) + caplog.text
        await respondent.close()
    assert server.calls[0].headers["Authorization"] == f"Bearer {key}"
    for part in (key, key[:8], key[-8:]):
        assert part not in seen


async def test_a_masked_key_of_openai_is_blanked_out_too(fake_time: FakeTime) -> None:
    masked = fake.error(
        401, "Incorrect API key provided: sk-proj-abc*********************wxyz. Find yours at"
    )
    async with FakeServer(fake.always(masked)) as server:
        respondent = at(server, fake_time)
        with pytest.raises(ProviderError, match=r"Incorrect API key provided: \[key\]"):
            await respondent.answer(request())
        await respondent.close()


async def test_a_placeholder_for_a_key_does_not_damage_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUEMAP_API_KEY", "none")
    async with FakeServer(fake.always(Say("none of them"))) as server:
        respondent = OpenAICompatible.from_name(f"m@{server.base_url}")
        assert (await respondent.answer(request())).text == "none of them"
        await respondent.close()


@given(st.text(), st.text())
def test_a_servers_words_become_one_short_printable_line_without_the_key(before: str, after: str) -> None:
    line = one_line(f"{before}{KEY}{after}", KEY)
    assert len(line) <= 200
    assert line == "" or line.isprintable()
    assert KEY not in line


def test_control_characters_of_a_hostile_server_are_removed() -> None:
    assert one_line("bad\x1b[31m \r\nnews\u202e\x00!", None) == "bad [31m news !"


# The server of the tests itself


@pytest.fixture
def server_process() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.fake_server", "--port", "0", "--delay", "0.01"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


async def test_the_servers_answers_depend_only_on_the_request(server_process: str) -> None:
    def texts(replies: list[Any]) -> list[str]:
        return [reply.text for reply in replies]

    respondent = OpenAICompatible.from_name(f"m@{server_process}")
    first = await asyncio.gather(*(respondent.answer(request(seed)) for seed in range(30)))
    again = await asyncio.gather(*(respondent.answer(request(seed)) for seed in range(30)))
    await respondent.close()
    assert texts(first) == texts(again)
    assert set(texts(first)) == set(CODES)
