"""What a server's bodies say: errors, replies, and log-probabilities as probabilities of the options.

In goes the body of a response; out comes a `ServerError`, a `Reply`, or (token, log-probability) pairs and from them
the probabilities of the printed codes (`option_probabilities`). Pure functions that take nothing for granted: a field
of the wrong kind counts as missing. `read_json` blanks out the key first, so that nothing read here can hold it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from valuemap.respondents.api_key import one_line, without_secret
from valuemap.respondents.base import Reply

_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "insufficient_quota": 402,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
}


@dataclass(frozen=True)
class ServerError:
    """An error as the server words it; `parameter` is the field it blames."""

    status: int
    text: str
    parameter: str | None = None
    code: str | None = None

    @property
    def words(self) -> str:
        """The text, fit for a message of ours."""
        return one_line(self.text) or "no message"


@dataclass(frozen=True)
class Completion:
    """A well-formed answer of a server, its first choice, and what it took to get it."""

    body: Mapping[str, Any]
    choice: Mapping[str, Any]
    attempts: int
    latency: float


def read_json(raw: bytes, secret: str | None) -> object:
    """Read a body, the key blanked out; None if it is not JSON (or nested to exhaust the reader)."""
    try:
        return _without_secret(json.loads(raw), secret)
    except (ValueError, RecursionError):
        return None


def _without_secret(value: object, secret: str | None) -> object:
    match value:
        case str():
            return without_secret(value, secret)
        case list():
            return [_without_secret(part, secret) for part in value]
        case dict():
            return {field: _without_secret(part, secret) for field, part in value.items()}
    return value


def read_error(status: int, body: object, page: str) -> ServerError | None:
    """Read the error of a response, if it is one: by its status, or by an error object in a 200.

    Parameters
    ----------
    status
        HTTP status of the response.
    body
        Its body as JSON; a server that answers with a list of errors is taken by its first.
    page
        Its body as text, for a server that states no message.
    """
    stated = _stated_error(body[0] if isinstance(body, list) and body else body)
    if 200 <= status < 300:
        if not stated:
            return None
        status = _status_of(stated)
    return ServerError(status, _word(stated.get("message")) or page, _word(stated.get("param")), _word(stated.get("code")))


def _stated_error(body: object) -> Mapping[str, Any]:
    """Find the error object of a body, also one put into the first choice; empty if there is none."""
    if not isinstance(body, dict):
        return {}
    error = body.get("error") or (first_choice(body) or {}).get("error")
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}


def _status_of(error: Mapping[str, Any]) -> int:
    """Tell the status an error object in a 200 should have had; 500, which is tried again, if unknown."""
    code = str(error.get("code"))
    if re.fullmatch("[45][0-9][0-9]", code):
        return int(code)
    return _STATUS_OF_TYPE.get(str(error.get("type")), _STATUS_OF_TYPE.get(code, 500))


def first_choice(body: object) -> Mapping[str, Any] | None:
    """Find the first choice of a completion; None if there is none."""
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) else None


def read_reply(completion: Completion) -> Reply:
    """Read what was written and what the server says of it."""
    message = completion.choice["message"]
    usage = completion.body.get("usage")
    tokens = usage if isinstance(usage, dict) else {}
    return Reply(
        text=_text(message.get("content")),
        finish_reason=_word(completion.choice.get("finish_reason")),
        refusal=_word(message.get("refusal")),
        tokens_in=_count(tokens.get("prompt_tokens")),
        tokens_out=_count(tokens.get("completion_tokens")),
        model=_word(completion.body.get("model")),
        fingerprint=_word(completion.body.get("system_fingerprint")),
        attempts=completion.attempts,
        latency=completion.latency,
    )


def _text(content: object) -> str:
    """Give the text of a message's content: as it is, or its parts of the kind ``text`` joined."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.get("type", "text") == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    """Take a token count if it is one that a database can hold."""
    return value if type(value) is int and 0 <= value < 2**63 else None


def first_token(completion: Completion) -> list[tuple[str, float]]:
    """List a reply's first token and its alternatives with natural log-probabilities; empty if there are none."""
    logprobs = completion.choice.get("logprobs")
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not isinstance(content, list) or not content or not isinstance(content[0], dict):
        return []
    listed = content[0].get("top_logprobs")
    tokens = [pair for entry in (listed if isinstance(listed, list) else []) if (pair := _pair(entry))]
    written = _pair(content[0])
    # The token that was drawn may lie below the likeliest ones, and then it is not in the list.
    if tokens and written and written[0] not in dict(tokens):
        tokens.append(written)
    return tokens


def _pair(entry: object) -> tuple[str, float] | None:
    if not isinstance(entry, dict):
        return None
    token, log_probability = entry.get("token"), entry.get("logprob")
    if not isinstance(token, str) or not isinstance(log_probability, int | float) or math.isnan(log_probability):
        return None
    return token, float(log_probability)


def option_probabilities(tokens: Sequence[tuple[str, float]], codes: Sequence[str]) -> tuple[tuple[float, ...], float]:
    r"""Turn the log-probabilities of a first token into probabilities of the printed codes.

    .. math:: p_c = \sum_{t:\, strip(t) = c} e^{\ell_t}, \qquad
              \text{mass} = \sum_c p_c, \qquad \hat p_c = p_c / \text{mass}

    Parameters
    ----------
    tokens
        (token, natural log-probability) pairs. A token counts for the code it equals without blanks around it, so
        " 4" and "4" are one answer. A code that is not listed gets 0.
    codes
        The printed codes, in printed order.

    Returns
    -------
    probabilities, mass
        One probability a code (sum 1, or all 0 if the mass is 0), and the share of the model's probability that they
        had before being made to sum to 1.
    """
    mass_of = dict.fromkeys(codes, 0.0)
    for token, log_probability in tokens:
        if token.strip() in mass_of:
            mass_of[token.strip()] += math.exp(min(log_probability, 0.0))
    mass = math.fsum(mass_of.values())
    shares = tuple(mass_of[code] / mass if mass > 0 else 0.0 for code in codes)
    return shares, min(mass, 1.0)
