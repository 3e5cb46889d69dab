"""A model behind any OpenAI-compatible server, hosted or local (OpenAI, OpenRouter, vLLM, Ollama, ...).

In goes a `Request`; out comes a `Reply`, or in distribution mode the probabilities of the options read from
the server's log-probabilities. Rules implemented here: what is tried again and for how long
(`OpenAICompatible`), which key goes to which host (`key_variable`), and that the key leaves this module only
as a request header. Plain aiohttp rather than the openai package: the package costs 1.1 ms of processor time
a call and 0.3 s of start-up more (``tests/benchmarks/client_loop.py``), does not retry a truncated body and
refuses a Retry-After over 120 s.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import json
import math
import os
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from tenacity import RetryCallState, retry_if_exception_type, wait_exponential_jitter
from tenacity.asyncio import AsyncRetrying

from valuemap.errors import ProviderError, UsageError
from valuemap.respondents.base import CallFailed, Identity, Message, Mode, OptionDistribution, Reply, Request

OPENAI_BASE_URL = "https://api.openai.com/v1"
OPENAI_HOST = "api.openai.com"
GENERAL_KEY = "VALUEMAP_API_KEY"
OWN_KEYS = {
    OPENAI_HOST: "OPENAI_API_KEY",
    "api.anthropic.com": "ANTHROPIC_API_KEY",
    "generativelanguage.googleapis.com": "GEMINI_API_KEY",
    "openrouter.ai": "OPENROUTER_API_KEY",
}
TOP_LOGPROBS = 20
LONGEST_SERVER_MESSAGE = 200
LONGEST_ERROR_BODY = 4000
# A shorter "key" is a placeholder such as "none"; blanking it out would damage answers and protect nothing.
SHORTEST_SECRET = 8
CHECK_QUESTION = "How much do you like music? Answer with one number from 1 (not at all) to 6 (very much)."
CHECK_TOKENS = 16

_NAME_AT_URL = re.compile(r"(?P<model>.+?)@(?P<url>https?://.*)", re.IGNORECASE | re.DOTALL)
_OPENAI_KEY_SHAPE = re.compile(r"\bsk-[\w*.-]{6,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSUPPORTED = re.compile(
    r"unsupported|not (?:yet )?support|unrecogni[sz]ed|unknown|unexpected"
    r"|extra (?:inputs|fields)|extra_forbidden|not permitted|not allowed|deprecated",
    re.IGNORECASE,
)
_RETRIED = frozenset({408, 409, 429})
_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "insufficient_quota": 402,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
}
_UNMENDABLE_CONNECTIONS = (
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ClientSSLError,
    aiohttp.InvalidURL,
)

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]
Fields = dict[str, Any]


@dataclass(frozen=True)
class EndpointCheck:
    """What one test call found out about an endpoint.

    Attributes
    ----------
    model, model_reported, fingerprint
        The model asked for, and what the server says answered.
    seed
        The server accepts the field ``seed``. Whether it honours it cannot be known from this.
    temperature
        The server accepts the field ``temperature``.
    logprobs
        The server returned log-probabilities, so mode ``distribution`` works.
    max_tokens_field
        The name under which the server takes the longest reply, or None if under neither.
    dropped
        Fields the server refuses; they are left out of every call.
    text, tokens_in, tokens_out, latency
        The answer, its size and the seconds it took.
    """

    model: str
    model_reported: str | None
    fingerprint: str | None
    seed: bool
    temperature: bool
    logprobs: bool
    max_tokens_field: str | None
    dropped: tuple[str, ...]
    text: str
    tokens_in: int | None
    tokens_out: int | None
    latency: float


@dataclass(frozen=True)
class _ServerError:
    """An error as the server words it; `text` is not yet fit for a message of ours."""

    status: int
    text: str
    parameter: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class _Answered:
    """A well-formed answer of the server, and what it took to get it."""

    body: Mapping[str, Any]
    choice: Mapping[str, Any]
    attempts: int
    latency: float


@dataclass
class _Progress:
    """How one call is getting on; `trouble_since` is when it was first held up, on the respondent's clock."""

    attempts: int = 0
    trouble_since: float | None = None


class _PassingError(Exception):
    """A failure that may pass; ``retry_after`` is what the server asked for, in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class _NoLogProbabilitiesError(ProviderError):
    """The endpoint does not give log-probabilities."""


def key_variable(base_url: str, environment: Mapping[str, str]) -> str | None:
    """Choose the environment variable whose key may be sent to a server.

    ``VALUEMAP_API_KEY`` comes first. A provider's own variable (``OPENAI_API_KEY``, ...) is used for that
    provider's host over HTTPS and for no other. Servers on this machine need none.

    Raises
    ------
    ProviderError
        If a server elsewhere would be asked without a key.
    """
    address = urlsplit(base_url)
    own = OWN_KEYS.get(address.hostname or "") if address.scheme == "https" else None
    for variable in (GENERAL_KEY, own):
        if variable and environment.get(variable, "").strip():
            return variable
    if is_loopback(address.hostname or ""):
        return None
    wanted = own or GENERAL_KEY
    advice = "" if own else " (any word will do if the server asks for none)"
    raise ProviderError(f"no key for {address.netloc}: set {wanted}{advice}")


def is_loopback(host: str) -> bool:
    """Say whether a host name means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header (seconds, or an HTTP date) as seconds from ``now``; None if senseless."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def without_secret(text: str, secret: str | None) -> str:
    """Blank out a key wherever it stands in a text; lone surrogates, which no file holds, become U+FFFD."""
    if secret is not None and len(secret) >= SHORTEST_SECRET:
        text = text.replace(secret, "[key]")
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def one_line(text: str, secret: str | None) -> str:
    """Make a server's words fit for an error: no key, all printable, one line of at most 200 characters."""
    text = _OPENAI_KEY_SHAPE.sub("[key]", without_secret(text, secret))
    printable = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST_SERVER_MESSAGE else line[: LONGEST_SERVER_MESSAGE - 1] + "…"


def option_probabilities(tokens: Sequence[tuple[str, float]], codes: Sequence[str]) -> tuple[tuple[float, ...], float]:
    r"""Turn the log-probabilities of a first token into probabilities of the printed codes.

    .. math:: p_c = \sum_{t:\, strip(t) = c} e^{\ell_t}, \qquad
              \text{mass} = \sum_c p_c, \qquad \hat p_c = p_c / \text{mass}

    Parameters
    ----------
    tokens
        (token, natural log-probability) pairs. A token counts for the code it equals without blanks around
        it, so " 4" and "4" are one answer. A code that is not listed gets 0.
    codes
        The printed codes, in printed order.

    Returns
    -------
    probabilities, mass
        One probability a code (sum 1, or all 0 if the mass is 0), and the share of the model's probability
        that they had before being made to sum to 1.
    """
    mass_of = dict.fromkeys(codes, 0.0)
    for token, log_probability in tokens:
        if token.strip() in mass_of:
            mass_of[token.strip()] += math.exp(min(log_probability, 0.0))
    mass = math.fsum(mass_of.values())
    shares = tuple(mass_of[code] / mass if mass > 0 else 0.0 for code in codes)
    return shares, min(mass, 1.0)


def chat(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Write a chat as the protocol wants it."""
    return [{"role": message.role, "content": message.text} for message in messages]


class OpenAICompatible:
    """A model behind an OpenAI-compatible server.

    Tried again: HTTP 408, 409, 429 and 5xx, a dropped connection, a timeout, and a body that is truncated,
    not JSON or not a completion; after a Retry-After at the earliest, else after a pause that doubles from
    0.5 to at most 30 s, with jitter. While a server asks one call to wait, all calls of the respondent wait.
    A call is given up (`CallFailed`) when the next try would begin later than ``patience`` seconds after the
    call was first held up; a server that asks for a longer wait than that is not waited for.

    Never tried again (`ProviderError`, the run stops): every other 4xx, an exhausted quota, a redirection, a
    certificate that does not fit; and, until the server has answered for the first time, a refused connection
    or an unknown host. One exception: a 400 or 422 that names ``seed``, ``temperature`` or the field of the
    longest reply as unsupported makes the respondent drop (or rename) that field for good, and `identity`
    records it.

    Parameters
    ----------
    name
        What the user typed.
    model
        The provider's name of the model.
    base_url
        Address to which ``/chat/completions`` is added.
    api_key_env
        Environment variable that holds the key; None sends no key.
    temperature
        Temperature of the run, for `identity`; each call goes by its `Request`.
    timeout
        Longest time for one try, in seconds.
    patience
        Longest time a call may be held up by trouble, in seconds.
    concurrency
        Size of the connection pool.
    sleep, clock
        How to wait, and a clock in seconds; tests put their own here.

    Raises
    ------
    UsageError
        If the base URL is not one, or carries a password, a query or a fragment.
    ProviderError
        If the variable with the key is empty or unfit for a header.
    """

    def __init__(
        self,
        *,
        name: str,
        model: str,
        base_url: str,
        api_key_env: str | None,
        temperature: float | None = None,
        timeout: float = 120.0,
        patience: float = 300.0,
        concurrency: int = 64,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.monotonic,
    ) -> None:
        self._address = _parsed(base_url)
        self._base_url = base_url.strip().rstrip("/").removesuffix("/chat/completions")
        self._name = name
        self._model = model
        self._api_key_env = api_key_env
        self._secret = None if api_key_env is None else _read_key(api_key_env, self._address.netloc)
        self._temperature = temperature
        self._timeout = timeout
        self._patience = patience
        self._concurrency = concurrency
        self._sleep = sleep
        self._clock = clock
        self._backoff = wait_exponential_jitter(multiplier=0.5, max=30.0, jitter=0.5)
        self._unsupported: set[str] = set()
        self._resume_at = -math.inf
        self._reached = False
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_name(
        cls,
        name: str,
        *,
        temperature: float | None = None,
        timeout: float = 120.0,
        patience: float = 300.0,
        concurrency: int = 64,
    ) -> OpenAICompatible:
        """Make the respondent of ``openai/NAME`` or ``NAME@BASE_URL``, its key taken from the environment.

        Raises
        ------
        UsageError
            If the name is neither.
        ProviderError
            If a server elsewhere needs a key and there is none.
        """
        at_url = _NAME_AT_URL.fullmatch(name.strip())
        if at_url:
            model, base_url = at_url["model"], at_url["url"]
            _parsed(base_url)
            variable = key_variable(base_url, os.environ)
        elif name.startswith("openai/") and name != "openai/":
            model, base_url = name.removeprefix("openai/"), OPENAI_BASE_URL
            variable = OWN_KEYS[OPENAI_HOST]
        else:
            raise UsageError(f"model {name!r}: write openai/NAME or NAME@BASE_URL (http:// or https://)")
        return cls(
            name=name,
            model=model,
            base_url=base_url,
            api_key_env=variable,
            temperature=temperature,
            timeout=timeout,
            patience=patience,
            concurrency=concurrency,
        )

    def __repr__(self) -> str:
        return f"OpenAICompatible({self._name!r})"

    @property
    def identity(self) -> Identity:
        """Who answers. Fields that the server turned out not to take appear after the call that showed it."""
        settings: dict[str, str | float | int | None] = {
            "base_url": self._base_url,
            "temperature": self._temperature,
            "max_tokens_field": self.max_tokens_field,
            "dropped": ", ".join(self.dropped) or None,
        }
        return Identity(self._name, "openai", self._model, settings)

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Both; whether the server gives log-probabilities shows at the first call."""
        return ("sample", "distribution")

    @property
    def slots(self) -> int | None:
        """As many as the user wishes."""
        return None

    @property
    def dropped(self) -> tuple[str, ...]:
        """Fields that the server does not take and that are therefore left out."""
        lost = [name for name in ("seed", "temperature") if name in self._unsupported]
        return tuple(lost if self.max_tokens_field else [*lost, "max_tokens"])

    @property
    def max_tokens_field(self) -> str | None:
        """The field for the longest reply: the older name except at OpenAI; the other if that is refused."""
        names = ["max_tokens", "max_completion_tokens"]
        if self._address.hostname == OPENAI_HOST:
            names.reverse()
        return next((name for name in names if name not in self._unsupported), None)

    async def answer(self, request: Request) -> Reply:
        """Let the model write an answer.

        Raises
        ------
        CallFailed
            If the call did not succeed within the patience.
        ProviderError
            If asking again cannot help.
        """
        return self._reply(await self._ask(lambda: self._sample_fields(request)))

    async def distribution(self, request: Request) -> OptionDistribution:
        """Read the probability of every option from the log-probabilities of the reply's first token.

        Asked at temperature 1, so that they are the model's own; see `option_probabilities`. Only the 20
        likeliest tokens are listed by a server; an option below them has the probability 0, and
        ``option_mass`` says how much of the model's probability the options hold.

        Raises
        ------
        CallFailed
            If the call did not succeed within the patience, or no option is among the listed tokens.
        ProviderError
            If the endpoint gives no log-probabilities, or asking again cannot help.
        """
        answered = await self._ask(lambda: self._distribution_fields(request))
        tokens = _first_token(answered.choice)
        if not tokens:
            raise self._no_log_probabilities("it answers without them")
        probabilities, mass = option_probabilities(tokens, request.codes)
        if mass == 0:
            reason = f"none of the options is among the {len(tokens)} likeliest first tokens"
            raise CallFailed(f"{self._who}: {reason}", answered.attempts)
        reply = self._reply(answered)
        return OptionDistribution(
            probabilities,
            mass,
            tokens_in=reply.tokens_in,
            model=reply.model,
            fingerprint=reply.fingerprint,
            attempts=reply.attempts,
            latency=reply.latency,
        )

    async def check(self) -> EndpointCheck:
        """Ask one question, twice if log-probabilities are refused, and report what the endpoint supports.

        Raises
        ------
        ProviderError
            If the endpoint cannot be used, now or at all.
        """
        request = Request(
            messages=(Message("user", CHECK_QUESTION),),
            seed=1,
            temperature=1.0,
            max_tokens=CHECK_TOKENS,
            codes=(),
            option_values=(),
            items=(),
            wording="check",
            repeat=1,
        )
        logprobs = {"logprobs": True, "top_logprobs": TOP_LOGPROBS}
        try:
            try:
                answered = await self._ask(lambda: self._sample_fields(request) | logprobs)
            except _NoLogProbabilitiesError:
                answered = await self._ask(lambda: self._sample_fields(request))
        except CallFailed as failure:
            raise ProviderError(failure.reason) from None
        reply = self._reply(answered)
        return EndpointCheck(
            model=self._model,
            model_reported=reply.model,
            fingerprint=reply.fingerprint,
            seed="seed" not in self.dropped,
            temperature="temperature" not in self.dropped,
            logprobs=bool(_first_token(answered.choice)),
            max_tokens_field=self.max_tokens_field,
            dropped=self.dropped,
            text=reply.text,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            latency=reply.latency,
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    # What is sent

    @property
    def _who(self) -> str:
        return f"{self._model} at {self._address.netloc}"

    def _sample_fields(self, request: Request) -> Fields:
        return self._supported(request, seed=request.seed, temperature=request.temperature)

    def _distribution_fields(self, request: Request) -> Fields:
        fields = self._supported(request, temperature=1.0, max_tokens=1)
        return fields | {"logprobs": True, "top_logprobs": TOP_LOGPROBS}

    def _supported(
        self,
        request: Request,
        *,
        seed: int | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> Fields:
        fields: Fields = {"model": self._model, "messages": chat(request.messages)}
        optional = {"seed": seed, "temperature": temperature}
        fields |= {
            field: value for field, value in optional.items() if value is not None and field not in self._unsupported
        }
        if self.max_tokens_field:
            fields[self.max_tokens_field] = max_tokens or request.max_tokens
        return fields

    # The retry policy

    async def _ask(self, fields: Callable[[], Fields]) -> _Answered:
        """Make the call, again as often as the policy allows; ``fields`` is asked anew for each try."""
        progress = _Progress()

        def wait(state: RetryCallState) -> float:
            return max(self._backoff(state), _trouble(state).retry_after or 0.0)

        def stop(state: RetryCallState) -> bool:
            return self._held_up(progress) + state.upcoming_sleep > self._patience

        def give_up(state: RetryCallState) -> NoReturn:
            raise self._failure(_trouble(state), progress)

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_PassingError),
            wait=wait,
            stop=stop,
            sleep=self._sleep,
            retry_error_callback=give_up,
        )
        answered: _Answered = await retrying(self._try, fields, progress)
        return answered

    def _held_up(self, progress: _Progress) -> float:
        """Give the seconds since the call was first held up, which is now if it never was."""
        if progress.trouble_since is None:
            progress.trouble_since = self._clock()
        return self._clock() - progress.trouble_since

    def _failure(self, trouble: _PassingError, progress: _Progress) -> CallFailed:
        if (trouble.retry_after or 0.0) > self._patience:
            return self._asked_too_long(trouble.retry_after or 0.0, progress)
        tries = "1 try" if progress.attempts == 1 else f"{progress.attempts} tries"
        reason = f"{self._who}: {trouble.reason}; given up after {tries} (patience {self._patience:g} s)"
        return CallFailed(reason, progress.attempts)

    def _asked_too_long(self, seconds: float, progress: _Progress) -> CallFailed:
        reason = (
            f"{self._who}: the server asks to wait {seconds:.0f} s, longer than the patience of "
            f"{self._patience:g} s; try again later or with more patience"
        )
        return CallFailed(reason, progress.attempts)

    async def _wait_while_paused(self, progress: _Progress) -> None:
        """Wait until no server's Retry-After stands against asking, or fail if that outlasts the patience."""
        while (remaining := self._resume_at - self._clock()) > 1e-3:
            if self._held_up(progress) + remaining > self._patience:
                raise self._asked_too_long(remaining, progress)
            await self._sleep(remaining)

    # One try

    async def _try(self, fields: Callable[[], Fields], progress: _Progress) -> _Answered:
        """Ask once; more than once only while the server names fields that it does not take."""
        while True:
            await self._wait_while_paused(progress)
            sent = fields()
            progress.attempts += 1
            begun = time.perf_counter()
            status, headers, raw = await self._post(sent)
            latency = time.perf_counter() - begun
            body = _json(raw)
            error = self._error(status, body, raw)
            if error is None:
                return self._answered(body, progress.attempts, latency)
            self._give_in_or_raise(error, sent, headers)

    async def _post(self, fields: Fields) -> tuple[int, Mapping[str, str], bytes]:
        session = self._open()
        data = json.dumps(fields).encode()
        try:
            url = f"{self._base_url}/chat/completions"
            # A redirection is not followed: it would carry the question, and the key, to another address.
            async with session.post(url, data=data, allow_redirects=False) as response:
                self._reached = True
                return response.status, response.headers, await response.read()
        except TimeoutError:
            raise _PassingError(f"no complete answer within {self._timeout:g} s") from None
        except (aiohttp.ClientError, OSError) as problem:
            self._raise_for_connection(problem)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Content-Type": "application/json", "User-Agent": "valuemap"}
            if self._secret:
                headers["Authorization"] = f"Bearer {self._secret}"
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._concurrency),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                headers=headers,
                proxy=_proxy(self._address),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _raise_for_connection(self, problem: aiohttp.ClientError | OSError) -> NoReturn:
        """Sort a connection's failure. Its ``repr`` may hold our headers: only chosen words are used."""
        if isinstance(problem, _UNMENDABLE_CONNECTIONS):
            words = one_line(str(problem), self._secret)
            raise ProviderError(f"{self._who}: no safe connection ({words})") from None
        if not self._reached and isinstance(problem, aiohttp.ClientConnectorDNSError):
            raise ProviderError(f"{self._who}: unknown host; check the base URL and the network") from None
        if not self._reached and isinstance(problem, OSError) and problem.errno == errno.ECONNREFUSED:
            raise ProviderError(f"{self._who}: connection refused; is the server running?") from None
        number = problem.errno if isinstance(problem, OSError) else None
        words = os.strerror(number) if number and number > 0 else "closed early, or not HTTP"
        raise _PassingError(f"connection failed ({words})") from None

    # What came back

    def _error(self, status: int, body: object, raw: bytes) -> _ServerError | None:
        """Read the error of a response, if it is one: by its status, or by an error object in a 200."""
        if isinstance(body, list) and body:
            body = body[0]
        stated = _stated_error(body)
        if 200 <= status < 300:
            if stated is None:
                return None
            status = _status_of(stated)
        text = stated.get("message") if stated else None
        if not isinstance(text, str):
            text = raw[:LONGEST_ERROR_BODY].decode("utf-8", "replace")
        parameter, code = (stated or {}).get("param"), (stated or {}).get("code")
        return _ServerError(
            status,
            text[:LONGEST_ERROR_BODY],
            parameter if isinstance(parameter, str) else None,
            code if isinstance(code, str) else None,
        )

    def _give_in_or_raise(self, error: _ServerError, sent: Fields, headers: Mapping[str, str]) -> None:
        """Drop a field that the server does not take, so that the call can be made again; else raise."""
        refused = _refused_field(error, sent)
        if error.status in (400, 403, 422) and "logprobs" in sent and "logprobs" in error.text:
            raise self._no_log_probabilities(one_line(error.text, self._secret))
        if refused is not None:
            self._unsupported.add(refused)
            return
        passing = error.status in _RETRIED or error.status >= 500
        if not passing or error.code == "insufficient_quota":
            raise ProviderError(self._stopping(error, headers))
        retry_after = retry_after_seconds(headers.get("Retry-After"), datetime.now(UTC))
        if retry_after is not None:
            self._resume_at = max(self._resume_at, self._clock() + retry_after)
        words = one_line(error.text, self._secret) or "no message"
        raise _PassingError(f"HTTP {error.status} ({words})", retry_after)

    def _stopping(self, error: _ServerError, headers: Mapping[str, str]) -> str:
        """Word the one line with which a run stops."""
        variable = self._api_key_env or GENERAL_KEY
        match error.status:
            case 401:
                what = f"the key was not accepted; set {variable} to a valid key"
            case 402 | 429:
                what = f"the account behind {variable} has no credit left"
            case 403:
                what = f"access denied; check that the key in {variable} may use this model"
            case 404:
                what = "no such model or address; check the model's name and the base URL (often ends in /v1)"
            case status if 300 <= status < 400:
                target = one_line(headers.get("Location", "elsewhere"), self._secret)
                what = f"the server redirects to {target}; give the base URL it means"
            case _:
                what = "the server does not accept the request"
        words = one_line(error.text, self._secret) or "no message"
        return f"{self._who}: {what} (HTTP {error.status}: {words})"

    def _no_log_probabilities(self, reason: str) -> _NoLogProbabilitiesError:
        return _NoLogProbabilitiesError(
            f"{self._who}: the endpoint gives no log-probabilities ({reason}); use --mode sample"
        )

    def _answered(self, body: object, attempts: int, latency: float) -> _Answered:
        choices = body.get("choices") if isinstance(body, dict) else None
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(body, dict) or not isinstance(choice, dict):
            raise _PassingError("the body is truncated or is not a chat completion; is the base URL right?")
        if not isinstance(choice.get("message"), dict):
            raise _PassingError("the body is a completion without a message")
        return _Answered(body, choice, attempts, latency)

    def _reply(self, answered: _Answered) -> Reply:
        message = answered.choice["message"]
        usage = answered.body.get("usage")
        tokens = usage if isinstance(usage, dict) else {}
        content = message.get("content")
        return Reply(
            text=without_secret(_joined(content, "text"), self._secret),
            finish_reason=self._word(answered.choice.get("finish_reason")),
            refusal=self._word(message.get("refusal") or _joined(content, "refusal", of_parts=True)),
            tokens_in=_count(tokens.get("prompt_tokens")),
            tokens_out=_count(tokens.get("completion_tokens")),
            model=self._word(answered.body.get("model")),
            fingerprint=self._word(answered.body.get("system_fingerprint")),
            attempts=answered.attempts,
            latency=answered.latency,
        )

    def _word(self, value: object) -> str | None:
        return without_secret(value, self._secret) if isinstance(value, str) and value else None


def _parsed(base_url: str) -> SplitResult:
    """Take a base URL apart; an unfit one is not repeated in the error, since it may hold a password."""
    try:
        address = urlsplit(base_url.strip())
        complete = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        raise UsageError("the base URL has a wrong host or port") from None
    if not complete:
        raise UsageError("the base URL must be like https://HOST/v1")
    if address.username is not None or address.password is not None or address.query or address.fragment:
        raise UsageError(f"the base URL must not carry a password or a query; put the key into {GENERAL_KEY}")
    return address


def _read_key(variable: str, host: str) -> str:
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ProviderError(f"no key for {host}: set {variable}")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ProviderError(f"the key in {variable} holds blanks, line breaks or letters no key has")
    return key


def _proxy(address: SplitResult) -> str | None:
    """Choose the proxy the environment names for a host; servers on this machine are asked directly."""
    host = address.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(address.scheme) or proxies.get("all")


def _trouble(state: RetryCallState) -> _PassingError:
    problem = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(problem, _PassingError)
    return problem


def _json(raw: bytes) -> object:
    """Read a body; None if it is not JSON (or nested to exhaust the reader)."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _stated_error(body: object) -> Mapping[str, Any] | None:
    """Find the error object of a body, also one put into the first choice."""
    if not isinstance(body, dict):
        return None
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    error = body.get("error") or first.get("error")
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else None


def _status_of(error: Mapping[str, Any]) -> int:
    """Tell the status an error object in a 200 should have had; 500, which is tried again, if unknown."""
    code = str(error.get("code"))
    if code.isdecimal() and 400 <= int(code[:4]) < 600:
        return int(code)
    return _STATUS_OF_TYPE.get(str(error.get("type")), _STATUS_OF_TYPE.get(code, 500))


def _refused_field(error: _ServerError, sent: Fields) -> str | None:
    """Find the field that a 400 or 422 names as unsupported, if it is one the call can do without."""
    if error.status not in (400, 422) or not _UNSUPPORTED.search(f"{error.text} {error.code}"):
        return None
    optional = [field for field in ("seed", "temperature", "max_tokens", "max_completion_tokens") if field in sent]
    if error.parameter is not None:
        last = error.parameter.rsplit(".", 1)[-1]
        return last if last in optional else None
    named = {field: re.search(rf"\b{field}\b", error.text) for field in optional}
    places = {field: found.start() for field, found in named.items() if found}
    return min(places, key=lambda field: places[field]) if places else None


def _first_token(choice: Mapping[str, Any]) -> list[tuple[str, float]]:
    """List a reply's first token and its alternatives with log-probabilities; empty if there are none."""
    logprobs = choice.get("logprobs")
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not isinstance(content, list) or not content or not isinstance(content[0], dict):
        return []
    listed = content[0].get("top_logprobs")
    pairs = [_pair(entry) for entry in listed] if isinstance(listed, list) else []
    tokens = [pair for pair in pairs if pair is not None]
    written = _pair(content[0])
    # The token that was drawn may lie below the likeliest ones, and then it is not in the list.
    if tokens and written is not None and written[0] not in {token for token, _ in tokens}:
        tokens.append(written)
    return tokens


def _pair(entry: object) -> tuple[str, float] | None:
    if not isinstance(entry, dict):
        return None
    token, log_probability = entry.get("token"), entry.get("logprob")
    if not isinstance(token, str) or not isinstance(log_probability, int | float):
        return None
    return None if math.isnan(log_probability) else (token, float(log_probability))


def _joined(content: object, kind: str, *, of_parts: bool = False) -> str:
    """Give the text of a message's content: as it is, or the parts of one kind joined."""
    if isinstance(content, str):
        return "" if of_parts else content
    parts = content if isinstance(content, list) else []
    texts = [part.get(kind) for part in parts if isinstance(part, dict) and part.get("type", "text") == kind]
    return "".join(text for text in texts if isinstance(text, str))


def _count(value: object) -> int | None:
    """Take a token count if it is one that a database can hold."""
    return value if type(value) is int and 0 <= value < 2**63 else None
