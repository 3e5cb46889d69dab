"""Which key goes to which server, and that it stays secret."""

from __future__ import annotations

import logging
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import fake_server as fake
from tests.fake_server import Call, Cut, FakeServer, Say, Send
from tests.respondents.endpoint import KEY, FakeTime, at, request
from valuemap.errors import ProviderError
from valuemap.respondents.api_key import key_variable, one_line
from valuemap.respondents.base import CallFailed
from valuemap.respondents.openai_compatible import OpenAICompatible


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


async def test_the_key_is_sent_as_a_bearer_token(key: str) -> None:
    async with FakeServer() as server:
        respondent = OpenAICompatible.from_name(f"m@{server.base_url}")
        await respondent.answer(request())
        await respondent.close()
    assert server.calls[0].headers["Authorization"] == f"Bearer {key}"


def repeat_the_key(call: Call) -> fake.Action:
    word = call.headers["Authorization"]
    return Say(word, refusal=word, finish_reason=word, model=word, fingerprint=word)


ECHOES = {
    "401": fake.echoing_the_key(401),
    "400": fake.echoing_the_key(400),
    "403": fake.echoing_the_key(403),
    "500": fake.echoing_the_key(500),
    "a page": lambda call: Send(500, f"<html>{call.headers['Authorization']}</html>", content_type="text/html"),
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
    masked = fake.error(401, "Incorrect API key provided: sk-proj-abc*********************wxyz. Find yours at")
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
