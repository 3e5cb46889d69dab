"""Where a server is, and through which proxy it is asked.

In goes a base URL as a user typed it; out comes a `ServerAddress`, or a `UsageError` that does not repeat the text,
since an unfit URL may hold a password.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from valuemap.errors import UsageError

OPENAI_BASE_URL = "https://api.openai.com/v1"
OPENAI_HOST = "api.openai.com"


@dataclass(frozen=True)
class ServerAddress:
    """A server; `place` is its host with the port, `base_url` what ``/chat/completions`` is added to."""

    base_url: str
    scheme: str
    host: str
    place: str

    @property
    def is_loopback(self) -> bool:
        """Whether the server is this machine."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def proxy(self) -> str | None:
        """The proxy that the environment names; servers on this machine are asked directly."""
        if self.is_loopback or proxy_bypass(self.host):
            return None
        proxies = getproxies()
        return proxies.get(self.scheme) or proxies.get("all")


def parse_address(base_url: str) -> ServerAddress:
    """Take a base URL apart; a `UsageError` if it is none, or carries a password, a query or a fragment."""
    try:
        parts = urlsplit(base_url.strip())
        complete = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        complete = False
    if not complete:
        raise UsageError("the base URL must be like https://HOST/v1 or http://HOST:PORT/v1")
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError("the base URL must not carry a password or a query; put the key into VALUEMAP_API_KEY")
    base = base_url.strip().rstrip("/").removesuffix("/chat/completions")
    return ServerAddress(base, parts.scheme, parts.hostname or "", parts.netloc)
