"""How many items a second the embedded model reads, and what the order of the prompt is worth.

The same questions are read in distribution mode in one process, one after the other: ``item last`` as valuemap asks
them (the shared beginning is evaluated once), ``item first`` with the item before the legend, which leaves the cache
next to nothing to reuse, and ``uncached`` with the cache off. The ratio of item last to uncached is the figure that
matters (target: at least 7); the prompt tokens a second show how far the uncached way is from the runtime's own limit,
measured on one long prompt. Run ``python -m tests.benchmarks.embedded_speed`` from the checkout, on a quiet machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from valuemap.administration import prompt
from valuemap.catalog import find_instrument, find_wording
from valuemap.instrument import Wording
from valuemap.respondents import embedded
from valuemap.respondents.base import Message, Request
from valuemap.respondents.embedded import Embedded

CODES = ("1", "2", "3", "4", "5", "6")
TARGET = 7.0
Layout = Callable[[Wording, int], str]


def item_last(wording: Wording, item: int) -> str:
    return prompt.item_question(wording, "ascending", item)


def item_first(wording: Wording, item: int) -> str:
    question = item_last(wording, item)
    return f"{wording.items[item]}\n\n{question.removesuffix(wording.items[item])}"


async def read(model: Embedded, wording: Wording, layout: Layout, items: Iterable[int]) -> tuple[float, float]:
    """Read the items; give items and prompt tokens a second."""
    begun, count, tokens = time.perf_counter(), 0, 0
    for item in items:
        message = Message("user", layout(wording, item))
        request = Request((message,), 1, None, 1, CODES, (1, 2, 3, 4, 5, 6), (item,), wording.id, 1)
        tokens += (await model.distribution(request)).tokens_in or 0
        count += 1
    taken = time.perf_counter() - begun
    return count / taken, tokens / taken


async def compare() -> None:
    instrument = find_instrument("pvq-rr")
    wording = find_wording(instrument, "en-a")
    model = Embedded.smollm2()
    await read(model, wording, item_last, [1])  # load the model
    cached, _ = await read(model, wording, item_last, range(2, 58))
    first, _ = await read(model, wording, item_first, range(2, 14))
    embedded.UNTOUCHED["cache_prompt"] = False
    uncached, uncached_tokens = await read(model, wording, item_last, range(2, 14))
    long = " ".join(wording.items.values())
    _, limit = await read(model, wording, lambda _, item: f"{item} {long}", range(1, 4))
    await model.close()
    print(f"threads {embedded._threads()}")
    print(f"{'item last':12} {cached:6.1f} items/s  ({cached / uncached:.1f} x uncached; target: at least {TARGET})")
    print(f"{'item first':12} {first:6.1f} items/s  ({first / uncached:.1f} x uncached)")
    print(f"{'uncached':12} {uncached:6.1f} items/s  ({uncached_tokens:.0f} prompt tokens/s)")
    print(f"{'limit':12} {limit:6.0f} prompt tokens/s in one long prompt")


if __name__ == "__main__":
    asyncio.run(compare())
