"""Which key may go to which server, and how it is kept out of everything else.

In go a server's address and the environment; out comes the variable whose key may be sent there (`key_variable`). In
goes a text of a server; out comes the same without the key (`without_secret`), or fit for an error (`one_line`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from valuemap.errors import ProviderError
from valuemap.hostile_text import printable
from valuemap.respondents.server_address import OPENAI_HOST, parse_address

GENERAL_KEY = "VALUEMAP_API_KEY"
OWN_KEYS = {
    OPENAI_HOST: "OPENAI_API_KEY",
    "api.anthropic.com": "ANTHROPIC_API_KEY",
    "generativelanguage.googleapis.com": "GEMINI_API_KEY",
    "openrouter.ai": "OPENROUTER_API_KEY",
}
LONGEST_SERVER_MESSAGE = 200
# A shorter "key" is a placeholder such as "none"; blanking it out would damage answers and protect nothing.
SHORTEST_SECRET = 8

_OPENAI_KEY_SHAPE = re.compile(r"\bsk-[\w*.-]{6,}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def key_variable(base_url: str, environment: Mapping[str, str]) -> str | None:
    """Choose the environment variable whose key may be sent to a server.

    ``VALUEMAP_API_KEY`` comes first. A provider's own variable (``OPENAI_API_KEY``, ...) is used for that provider's
    host over HTTPS and for no other. Servers on this machine need none.

    Raises
    ------
    ProviderError
        If a server elsewhere would be asked without a key.
    """
    address = parse_address(base_url)
    own = OWN_KEYS.get(address.host) if address.scheme == "https" else None
    for variable in (GENERAL_KEY, own):
        if variable and environment.get(variable, "").strip():
            return variable
    if address.is_loopback:
        return None
    advice = "" if own else " (any word will do if the server asks for none)"
    raise ProviderError(f"no key for {address.place}: set {own or GENERAL_KEY}{advice}")


def read_key(variable: str, place: str) -> str:
    """Read the key for a server from the environment; a `ProviderError` if it is missing or unfit for a header."""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ProviderError(f"no key for {place}: set {variable}")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ProviderError(f"the key in {variable} holds blanks, line breaks or letters no key has")
    return key


def without_secret(text: str, secret: str | None) -> str:
    """Blank out a key wherever it stands in a text; lone surrogates, which no file holds, become U+FFFD."""
    if secret is not None and len(secret) >= SHORTEST_SECRET:
        text = text.replace(secret, "[key]")
    return _SURROGATE.sub("\ufffd", text)


def one_line(text: str, secret: str | None = None) -> str:
    """Make a server's words fit for an error: no key, all printable, one line of at most 200 characters."""
    line = " ".join(printable(_OPENAI_KEY_SHAPE.sub("[key]", without_secret(text, secret))).split())
    return line if len(line) <= LONGEST_SERVER_MESSAGE else line[: LONGEST_SERVER_MESSAGE - 1] + "…"
