"""The tables of an experiment's file: what has to be a table or a text is one, and what is misspelt is named. Pure."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from components.errors import ConfigurationError, InputError


def table_in(content: Mapping[str, Any], key: str, origin: str) -> Mapping[str, Any]:
    """A table of a table; an empty one where it is missing."""
    return table(content.get(key, {}), f"{origin}: {key}")


def table(value: Any, place: str) -> Mapping[str, Any]:
    """The value, which has to be a table."""
    if not isinstance(value, Mapping):
        raise InputError(f"{place} is {value!r}; it must be a table")
    return value


def text(value: Any, key: str, place: str) -> str:
    """The value of a key, which has to be a path."""
    if not isinstance(value, str):
        raise InputError(f"{place}: {key} = {value!r}: it must be a path")
    return value


def refuse_unknown(given: Mapping[str, Any], known: Sequence[str], place: str, what: str = "key") -> None:
    """A misspelt key must not be ignored."""
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise ConfigurationError(f"{place}: {name!r} is no {what}; {hint}There are: {', '.join(sorted(known))}")
