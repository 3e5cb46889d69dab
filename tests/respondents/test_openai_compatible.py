"""A model behind an OpenAI-compatible server: its name, its modes, and the check of an endpoint."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import fake_server as fake
from tests.fake_server import FakeServer, Say
from tests.respondents.endpoint import CODES, KEY, FakeTime, at, request
from valuemap.errors import ProviderError, UsageError
from valuemap.respondents.base import CallFailed
from valuemap.respondents.openai_compatible import OpenAICompatible


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
def test_a_name_gives_model_and_address(name: str, model: str, base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("VALUEMAP_API_KEY", KEY)
    identity = OpenAICompatible.from_name(name, temperature=0.7).identity
    assert (identity.name, identity.kind, identity.model) == (name, "openai", model)
    assert identity.settings["base_url"] == base_url
    assert identity.settings["temperature"] == 0.7


@pytest.mark.parametrize("name", ["gpt-4o", "openai/", "m@ftp://host/v1", "@http://localhost/v1", "m@localhost"])
def test_a_name_of_another_form_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="openai/NAME or NAME@BASE_URL"):
        OpenAICompatible.from_name(name)


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
