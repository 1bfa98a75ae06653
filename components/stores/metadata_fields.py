"""Counts and lists over the values of metadata fields; pure: values in, numbers and lists out.

Values of different types are different values: ``1``, ``1.0``, ``True`` and ``"1"`` are four. A missing field
and a null have no value.
"""

import json
from collections.abc import Iterable
from typing import Any

from haystack.errors import FilterError


def field_name(field: str) -> str:
    """The name inside ``meta``, given with or without the prefix."""
    return field.removeprefix("meta.")


def value_of(meta: dict[str, Any], name: str) -> Any:
    """The value of a field, whose name may lead through nested dicts; None where there is none."""
    value: Any = meta
    for part in name.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def fields_info(metas: Iterable[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """The type of every field as Haystack names it: keyword, int, float or boolean."""
    types: dict[str, dict[str, str]] = {}
    for meta in metas:
        for name, value in meta.items():
            if value is not None:
                types[name] = {"type": _type(value)}
    return types


def min_max(values: Iterable[Any]) -> dict[str, Any]:
    """The smallest and the largest value, both None where there is none.

    Raises:
        FilterError: the values cannot be ordered among themselves.
    """
    present = [value for value in values if value is not None]
    if not present:
        return {"min": None, "max": None}
    try:
        return {"min": min(present), "max": max(present)}
    except TypeError as error:
        types = sorted({type(value).__name__ for value in present})
        raise FilterError(f"The field's values have the types {', '.join(types)} and no common order.") from error


def unique_values(values: Iterable[Any], search_term: str | None = None) -> list[Any]:
    """The distinct values, sorted by their text; a search term keeps those that contain it, in any case."""
    distinct = {_identity(value): value for value in values if value is not None}
    found = sorted(distinct.values(), key=lambda value: (str(value), type(value).__name__))
    if search_term is None:
        return found
    return [value for value in found if search_term.casefold() in str(value).casefold()]


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int"
    return "float" if isinstance(value, float) else "keyword"


def _identity(value: Any) -> tuple[str, str]:
    return type(value).__name__, json.dumps(value, sort_keys=True, default=repr)
