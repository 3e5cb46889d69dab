"""What asking costs: 1,710 calls at concurrency 64 against a 50 ms loopback server, answers kept in SQLite.

Every way of asking runs in a fresh process, imports included, one after the other against the same server
process. ``bare`` is an aiohttp loop with nothing around it; ``aiohttp`` adds the key's header and tenacity;
``sdk`` and ``sdk-raw`` use the openai package if it is installed; ``valuemap`` is `OpenAICompatible` itself.
Printed: wall seconds of the process, that as a ratio to ``bare``, CPU milliseconds a call (all processor time
of the process by the number of calls), seconds of importing the client.
Run ``python -m tests.benchmarks.client_loop`` from the checkout.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CALLS = 1710
CONCURRENCY = 64
DELAY = 0.05

Ask = Callable[[int], Awaitable[str]]
Close = Callable[[], Awaitable[None]]


def body(number: int) -> dict[str, Any]:
    question = f"Item {number % 57}: How much like you is this person? Answer with one number from 1 to 6."
    messages = [{"role": "system", "content": "You answer honestly."}, {"role": "user", "content": question}]
    return {"model": "m", "messages": messages, "temperature": 1.0, "seed": number, "max_tokens": 8}


def bare(base_url: str) -> tuple[Ask, Close]:
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONCURRENCY))

    async def ask(number: int) -> str:
        async with session.post(f"{base_url}/chat/completions", json=body(number)) as response:
            return str((await response.json())["choices"][0]["message"]["content"])

    return ask, session.close


def plain_aiohttp(base_url: str) -> tuple[Ask, Close]:
    import aiohttp
    import tenacity.asyncio

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONCURRENCY))

    async def post(number: int) -> str:
        headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
        data = json.dumps(body(number)).encode()
        async with session.post(f"{base_url}/chat/completions", data=data, headers=headers) as response:
            return str(json.loads(await response.read())["choices"][0]["message"]["content"])

    async def ask(number: int) -> str:
        retrying = tenacity.asyncio.AsyncRetrying(wait=tenacity.wait_exponential_jitter(), reraise=True)
        return str(await retrying(post, number))

    return ask, session.close


def sdk(base_url: str) -> tuple[Ask, Close]:
    from openai import AsyncOpenAI, DefaultAioHttpClient

    client = AsyncOpenAI(base_url=base_url, api_key="x", max_retries=0, http_client=DefaultAioHttpClient())

    async def ask(number: int) -> str:
        return str((await client.chat.completions.create(**body(number))).choices[0].message.content)

    return ask, client.close


def sdk_raw(base_url: str) -> tuple[Ask, Close]:
    from openai import AsyncOpenAI, DefaultAioHttpClient

    client = AsyncOpenAI(base_url=base_url, api_key="x", max_retries=0, http_client=DefaultAioHttpClient())
    create = client.chat.completions.with_raw_response.create

    async def ask(number: int) -> str:
        answer = json.loads((await create(**body(number))).text)
        return str(answer["choices"][0]["message"]["content"])

    return ask, client.close


def valuemap(base_url: str) -> tuple[Ask, Close]:
    from valuemap.respondents.base import Message, Request
    from valuemap.respondents.openai_compatible import OpenAICompatible

    respondent = OpenAICompatible.from_name(f"m@{base_url}", concurrency=CONCURRENCY)

    async def ask(number: int) -> str:
        asked = body(number)
        messages = tuple(Message(turn["role"], turn["content"]) for turn in asked["messages"])
        codes = ("1", "2", "3", "4", "5", "6")
        request = Request(messages, number, 1.0, 8, codes, (1, 2, 3, 4, 5, 6), (number % 57,), "w", 1)
        return (await respondent.answer(request)).text

    return ask, respondent.close


WAYS: dict[str, Callable[[str], tuple[Ask, Close]]] = {
    "bare": bare,
    "aiohttp": plain_aiohttp,
    "sdk": sdk,
    "sdk-raw": sdk_raw,
    "valuemap": valuemap,
}


async def ask_everything(ask: Ask, close: Close, study: sqlite3.Connection) -> None:
    numbers = iter(range(CALLS))

    async def worker() -> None:
        for number in numbers:
            study.execute("INSERT INTO answer VALUES (?, ?)", (number, await ask(number)))
            if number % 100 == 99:
                study.commit()

    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
    study.commit()
    await close()


def child(way: str, base_url: str) -> None:
    async def run() -> float:
        begun = time.perf_counter()
        ask, close = WAYS[way](base_url)
        imported = time.perf_counter() - begun
        with tempfile.TemporaryDirectory() as folder:
            study = sqlite3.connect(Path(folder) / "study.db")
            study.execute("PRAGMA journal_mode=WAL")
            study.execute("CREATE TABLE answer (number INTEGER PRIMARY KEY, text TEXT)")
            await ask_everything(ask, close, study)
            study.close()
        return imported

    print(json.dumps({"import": asyncio.run(run())}))


def measure(way: str, base_url: str) -> tuple[float, float, float]:
    """Run one way in a process of its own; give wall seconds, CPU seconds and seconds of importing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.client_loop", "--way", way, "--base-url", base_url]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, float(json.loads(output)["import"])


def compare(rounds: int) -> None:
    command = [sys.executable, "-m", "tests.fake_server", "--port", "0", "--delay", str(DELAY)]
    ways = [way for way in WAYS if not way.startswith("sdk") or find_spec("openai")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            base_url = server.stdout.readline().strip()
            print(f"{'way':10} {'wall s':>7} {'x bare':>7} {'CPU ms/call':>12} {'import s':>9}")
            for _ in range(rounds):
                bare_wall = None
                for way in ways:
                    wall, cpu, imported = measure(way, base_url)
                    bare_wall = bare_wall or wall
                    ratio, each = wall / bare_wall, 1000 * cpu / CALLS
                    print(f"{way:10} {wall:7.2f} {ratio:7.2f} {each:12.2f} {imported:9.2f}", flush=True)
        finally:
            server.terminate()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=list(WAYS))
    parser.add_argument("--base-url")
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.way:
        child(arguments.way, arguments.base_url)
    else:
        compare(arguments.rounds)
