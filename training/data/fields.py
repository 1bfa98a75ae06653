"""Fields of rows, checked: a row, a name and the row's place in, a value or an error that names the place out."""

from collections.abc import Iterable, Mapping
from typing import Any

from components.errors import InputError


def string_of(row: Any, name: str, place: str) -> str:
    """A text that must be there and may be blank."""
    value = row.get(name) if isinstance(row, Mapping) else None
    if not isinstance(value, str):
        raise InputError(f"{place}: {name!r} is {value!r}; a text is needed")
    return value


def text_of(row: Any, name: str, place: str) -> str:
    """A text that must be there and say something."""
    value = string_of(row, name, place)
    if not value.strip():
        raise InputError(f"{place}: {name!r} is {value!r}; a text is needed")
    return value


def optional_text(row: Any, name: str, place: str) -> str:
    """A text, empty where there is none; a number counts as its digits."""
    value = row.get(name) if isinstance(row, Mapping) else None
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise InputError(f"{place}: {name!r} is {value!r}; a text is needed")
    return str(value)


def first_name(row: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """The first of several names that a row has."""
    return next((name for name in names if row.get(name) is not None), None)


def texts_of(value: Any, name: str, place: str) -> tuple[str, ...]:
    """One text or a list of them."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise InputError(f"{place}: {name!r} is {value!r}; a text or a list of texts is needed")
    return tuple(texts)
