"""Compiles Haystack's filters into Qdrant's: a dict goes in, a dict in Qdrant's REST JSON comes out.

Pure: it knows no engine. What a filter means:

* ``NOT`` is "not all of them"; ``in []`` matches nothing, ``not in []`` everything.
* ``None`` is a missing field, a null, or an empty list. ``!=`` and ``not in`` match where the field is missing.
* A list field matches when any of its elements does; ``!=`` and ``not in`` when none equals.
* ``1`` equals ``1.0``; ``True`` equals neither. Strings are compared exactly, but two spellings of the same
  instant are equal. Dates without a time zone are UTC.
* ``>``, ``>=``, ``<``, ``<=`` take numbers and dates; compared with ``None`` nothing matches. Integers of more
  than 53 bits are ordered as doubles.
"""

import math
import re
from datetime import date, datetime
from typing import Any

from haystack.errors import FilterError

from components.errors import InputError
from components.query.filters.checks import MOST_LEVELS, MOST_PARTS, check_filter
from components.query.filters.moments import parse_date, rfc3339

Condition = dict[str, Any]

NOTHING: Condition = {"has_id": []}
"""A condition that no point meets. An empty ``should`` would be met by all."""

EVERYTHING: Condition = {"must": []}
"""A condition that every point meets."""

FLAGS = "flags"
"""Payload field that repeats the booleans of ``meta``, at the same paths, as strings.

The embedded engine takes a boolean to match for a number (qdrant-edge-py 0.9.0), so that it finds none.
"""

_BOUNDS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_TOP_LEVEL = {"id", "content"}
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_EXACT_IN_DOUBLE = 2**53
_INT64 = range(-(2**63), 2**63)


def compile_filter(filters: dict[str, Any] | None) -> Condition:
    """Compile a Haystack filter; ``None`` and ``{}`` match everything.

    Raises:
        FilterError: see :func:`components.query.filters.checks.check_filter`.
    """
    if filters is None or filters == {}:
        return EVERYTHING
    try:
        # A question's own filters are joined with its caller's, each of which was checked by its own limits.
        limits = {"most_levels": 2 * MOST_LEVELS, "most_parts": 2 * MOST_PARTS}
        checked = check_filter(filters, **limits, null_is_ordered=True)
    except InputError as error:
        raise FilterError(str(error)) from error
    return _compiled(checked)


def flag(value: bool) -> str:
    """How a boolean stands in ``FLAGS``."""
    return "true" if value else "false"


def survives_json(value: float) -> bool:
    """Whether Qdrant reads the decimal digits of a number as the same number; of others the last bit may change."""
    return value == 0.0 or (1e-15 <= abs(value) <= 1e15 and float(f"{value:.15g}") == value)


def field_path(field: str) -> str:
    """The path of a field in a point's payload; every name that is not a document's own is one of ``meta``."""
    if field in _TOP_LEVEL:
        return field
    name = field.removeprefix("meta.")
    return ".".join(part if _PLAIN_KEY.fullmatch(part) else f'"{part}"' for part in ["meta", *name.split(".")])


def _compiled(checked: dict[str, Any]) -> Condition:
    if "conditions" not in checked:
        return _comparison(field_path(checked["field"]), checked["operator"], checked["value"])
    parts = [_compiled(part) for part in checked["conditions"]]
    if checked["operator"] == "AND":
        return {"must": parts}
    if checked["operator"] == "OR":
        return _any_of(parts)
    return {"must_not": [{"must": parts}]}


def _comparison(path: str, operator: str, value: Any) -> Condition:
    if operator in _BOUNDS:
        return _ordered(path, operator, value)
    compiled = _equal(path, value) if operator in ("==", "!=") else _member(path, value)
    return {"must_not": [compiled]} if operator in ("!=", "not in") else compiled


def _ordered(path: str, operator: str, value: Any) -> Condition:
    if value is None:
        return NOTHING
    moment = parse_date(value) if isinstance(value, str) else value
    bound: Any = rfc3339(moment) if isinstance(moment, date) else float(value)
    return {"key": path, "range": {_BOUNDS[operator]: bound}}


def _member(path: str, values: list[Any]) -> Condition:
    words = [value for value in values if isinstance(value, str) and parse_date(value) is None]
    parts = [_equal(path, value) for value in values if not isinstance(value, str) or parse_date(value)]
    if words:
        parts.append({"key": path, "match": {"any": list(dict.fromkeys(words))}})
    return _any_of(parts)


def _equal(path: str, value: Any) -> Condition:
    if value is None:
        return {"is_empty": {"key": path}}
    if isinstance(value, bool):
        return _equal_flag(path, value)
    if isinstance(value, int | float):
        return _equal_number(path, value)
    if isinstance(value, date):
        return _equal_moment(path, value)
    exact = {"key": path, "match": {"value": value}}
    moment = parse_date(value)
    return exact if moment is None else _any_of([exact, _equal_moment(path, moment)])


def _equal_flag(path: str, value: bool) -> Condition:
    if not path.startswith("meta."):
        return NOTHING
    return {"key": FLAGS + path.removeprefix("meta"), "match": {"value": flag(value)}}


def _equal_number(path: str, value: float) -> Condition:
    if isinstance(value, int) and abs(value) > _EXACT_IN_DOUBLE:
        # A range is compared as double, which takes neighbouring large integers for equal.
        return {"key": path, "match": {"value": value}} if value in _INT64 else NOTHING
    if isinstance(value, float) and not survives_json(value):
        return {"key": path, "range": {"gte": math.nextafter(value, -math.inf), "lte": math.nextafter(value, math.inf)}}
    return {"key": path, "range": {"gte": value, "lte": value}}


def _equal_moment(path: str, moment: datetime | date) -> Condition:
    text = rfc3339(moment)
    return {"key": path, "range": {"gte": text, "lte": text}}


def _any_of(parts: list[Condition]) -> Condition:
    if not parts:
        return NOTHING
    return parts[0] if len(parts) == 1 else {"should": parts}
