"""Reads the TOML files that define instruments, wordings, norms and simulated respondents.

In goes a path and a pydantic model; out comes the checked model, or one error that names the file, the table and the
field and says what is wrong with it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from valuemap.errors import InstrumentError, ValuemapError


class Definition(BaseModel):
    """Base of everything read from a TOML file: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


D = TypeVar("D", bound=Definition)


def read_definition(path: Path, model: type[D], error: type[ValuemapError] = InstrumentError, **extra: object) -> D:
    """Read and check one TOML file.

    Parameters
    ----------
    path
        The file.
    model
        What it must be.
    error
        The class of error to raise.
    **extra
        Fields that come from elsewhere than the file (its name, its folder).

    Raises
    ------
    ValuemapError
        Of the class `error`: the file cannot be read, is not UTF-8 or TOML, or breaks a rule of `model`.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise error(f"{path}: no such file.") from None
    except OSError as fault:
        raise error(f"{path}: cannot be read ({fault.strerror}).") from None
    except UnicodeDecodeError as fault:
        raise error(f"{path}: not UTF-8 text (byte {fault.start}); save it as UTF-8.") from None
    except (ValueError, RecursionError) as fault:  # TOMLDecodeError, or a number too long for int()
        raise error(f"{path}: not valid TOML: {fault}.") from None
    try:
        # JSON's rules make a TOML array a tuple and a table's keys numbers where the model wants them; TOML's
        # dates, which JSON has not, are left as they are and refused field by field.
        return model.model_validate(content | extra)
    except ValidationError as fault:
        raise error(f"{path}: {_in_words(fault)}") from None


def _in_words(fault: ValidationError) -> str:
    faults = fault.errors(include_url=False, include_context=False)
    first = faults[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    others = f" ({len(faults) - 1} more faults in this file)" if len(faults) > 1 else ""
    return f"{where}: {message[0].lower()}{message[1:]}.{others}"
