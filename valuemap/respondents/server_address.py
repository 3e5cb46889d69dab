"""Where a server is: a base URL, checked and taken apart, whether it is this machine, and through which proxy to ask.

In goes what a user typed; out comes a `ServerAddress`, or a `UsageError` that does not repeat the text, since an unfit
URL may hold a password.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from valuemap.errors import UsageError

OPENAI_BASE_URL = "https://api.openai.com/v1"
OPENAI_HOST = "api.openai.com"


@dataclass(frozen=True)
class ServerAddress:
    """A server; `place` is its host and port, `base_url` what ``/chat/completions`` is added to."""

    base_url: str
    scheme: str
    host: str
    place: str


def parse_address(base_url: str) -> ServerAddress:
    """Take a base URL apart.

    Raises
    ------
    UsageError
        If it is none, or carries a password, a query or a fragment.
    """
    text = base_url.strip()
    try:
        parts = urlsplit(text)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        complete = False
    if not complete:
        raise UsageError("the base URL must be like https://HOST/v1 or http://HOST:PORT/v1")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise UsageError("the base URL must not carry a password or a query; put the key into VALUEMAP_API_KEY")
    base = text.rstrip("/").removesuffix("/chat/completions")
    return ServerAddress(base, parts.scheme, parts.hostname or "", parts.netloc)


def is_loopback(host: str) -> bool:
    """Say whether a host name means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(address: ServerAddress) -> str | None:
    """Choose the proxy that the environment names for a server; servers on this machine are asked directly."""
    if is_loopback(address.host) or proxy_bypass(address.host):
        return None
    proxies = getproxies()
    return proxies.get(address.scheme) or proxies.get("all")
