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
from datetime import UTC, date, datetime
from typing import Any

from haystack.errors import FilterError

Condition = dict[str, Any]

NOTHING: Condition = {"has_id": []}
"""A condition that no point meets. An empty ``should`` would be met by all."""

EVERYTHING: Condition = {"must": []}
"""A condition that every point meets."""

FLAGS = "flags"
"""Payload field that repeats the booleans of ``meta``, at the same paths, as strings.

The embedded engine takes a boolean to match for a number (qdrant-edge-py 0.9.0), so that it finds none.
"""

_COMPARISONS = ("==", "!=", ">", ">=", "<", "<=", "in", "not in")
_LOGICAL = ("AND", "OR", "NOT")
_BOUNDS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_TOP_LEVEL = {"id", "content"}
_UNFILTERABLE = {"embedding", "sparse_embedding", "score", "blob"}
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ].*)?")
_EXACT_IN_DOUBLE = 2**53
_INT64 = range(-(2**63), 2**63)


def compile_filter(filters: dict[str, Any] | None) -> Condition:
    """Compile a Haystack filter; ``None`` and ``{}`` match everything.

    Raises:
        FilterError: a key is missing, an operator unknown, or a value is one that the operator cannot take.
    """
    if filters is None or filters == {}:
        return EVERYTHING
    if not isinstance(filters, dict):
        raise FilterError(f"A filter is a dict, not {type(filters).__name__}: {filters!r}")
    if "field" in filters:
        return _comparison(filters)
    return _logical(filters)


def flag(value: bool) -> str:
    """How a boolean stands in ``FLAGS``."""
    return "true" if value else "false"


def survives_json(value: float) -> bool:
    """Whether Qdrant reads the decimal digits of a number as the same number; of others the last bit may change."""
    return value == 0.0 or (1e-15 <= abs(value) <= 1e15 and float(f"{value:.15g}") == value)


def rfc3339(moment: datetime | date) -> str:
    """The moment in UTC as Qdrant reads it; without a time zone it is taken as UTC, a date as its midnight."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_date(text: str) -> datetime | None:
    """The moment that an ISO 8601 date with year, month and day names, or None for any other string."""
    if _ISO_DATE.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def field_path(field: str) -> str:
    """The path of a field in a point's payload; every name that is not a document's own is one of ``meta``.

    Raises:
        FilterError: the field cannot be filtered on.
    """
    if field in _TOP_LEVEL:
        return field
    name = field.removeprefix("meta.")
    if name in _UNFILTERABLE and name == field:
        raise FilterError(f"Documents cannot be filtered by {field!r}; use id, content or a field of meta.")
    if '"' in name:
        raise FilterError(f"The field {field!r} has a quotation mark in its name and cannot be filtered on.")
    return ".".join(part if _PLAIN_KEY.fullmatch(part) else f'"{part}"' for part in ["meta", *name.split(".")])


def _logical(condition: dict[str, Any]) -> Condition:
    operator = _required(condition, "operator")
    conditions = _required(condition, "conditions")
    if operator not in _LOGICAL:
        raise FilterError(f"Unknown logical operator {operator!r} in {condition}; one of {', '.join(_LOGICAL)}.")
    if not isinstance(conditions, list):
        raise FilterError(f"'conditions' is a list, not {type(conditions).__name__}, in {condition}")
    if not all(isinstance(part, dict) and part for part in conditions):
        raise FilterError(f"Every one of 'conditions' is a filter of its own in {condition}")
    parts = [compile_filter(part) for part in conditions]
    if operator == "AND":
        return {"must": parts}
    if operator == "OR":
        return _any_of(parts)
    return {"must_not": [{"must": parts}]}


def _comparison(condition: dict[str, Any]) -> Condition:
    field = condition["field"]
    operator = _required(condition, "operator")
    value = _required(condition, "value")
    if not isinstance(field, str) or not field:
        raise FilterError(f"'field' is the name of a field, not {field!r}, in {condition}")
    if operator not in _COMPARISONS:
        raise FilterError(f"Unknown operator {operator!r} in {condition}; one of {', '.join(_COMPARISONS)}.")
    path = field_path(field)
    if operator in _BOUNDS:
        return _ordered(path, operator, value)
    compiled = _equal(path, value) if operator in ("==", "!=") else _member(path, operator, value)
    return {"must_not": [compiled]} if operator in ("!=", "not in") else compiled


def _required(condition: dict[str, Any], key: str) -> Any:
    if key not in condition:
        raise FilterError(f"{key!r} is missing in {condition}")
    return condition[key]


def _ordered(path: str, operator: str, value: Any) -> Condition:
    if value is None:
        return NOTHING
    if isinstance(value, str):
        moment = parse_date(value)
        if moment is None:
            raise FilterError(
                f"{operator} compares numbers and ISO 8601 dates such as '2026-01-31', not the string {value!r}."
            )
        value = moment
    if isinstance(value, date):
        bound: Any = rfc3339(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        bound = _finite(value)
    else:
        raise FilterError(f"{operator} compares numbers and dates, not {type(value).__name__}: {value!r}")
    return {"key": path, "range": {_BOUNDS[operator]: bound}}


def _member(path: str, operator: str, values: Any) -> Condition:
    if not isinstance(values, list):
        raise FilterError(f"{operator!r} takes a list, not {type(values).__name__}: {values!r}")
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
    if isinstance(value, str):
        exact = {"key": path, "match": {"value": value}}
        moment = parse_date(value)
        return exact if moment is None else _any_of([exact, _equal_moment(path, moment)])
    raise FilterError(
        f"Equality compares strings, numbers, booleans, dates and None, not {type(value).__name__}: {value!r}"
    )


def _equal_flag(path: str, value: bool) -> Condition:
    if not path.startswith("meta."):
        return NOTHING
    return {"key": FLAGS + path.removeprefix("meta"), "match": {"value": flag(value)}}


def _equal_number(path: str, value: float) -> Condition:
    _finite(value)
    if isinstance(value, int) and abs(value) > _EXACT_IN_DOUBLE:
        # A range is compared as double, which takes neighbouring large integers for equal.
        return {"key": path, "match": {"value": value}} if value in _INT64 else NOTHING
    if isinstance(value, float) and not survives_json(value):
        return {"key": path, "range": {"gte": math.nextafter(value, -math.inf), "lte": math.nextafter(value, math.inf)}}
    return {"key": path, "range": {"gte": value, "lte": value}}


def _equal_moment(path: str, moment: datetime | date) -> Condition:
    text = rfc3339(moment)
    return {"key": path, "range": {"gte": text, "lte": text}}


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise FilterError(f"A filter compares finite numbers, not {value!r}.")
    return value


def _any_of(parts: list[Condition]) -> Condition:
    if not parts:
        return NOTHING
    return parts[0] if len(parts) == 1 else {"should": parts}
