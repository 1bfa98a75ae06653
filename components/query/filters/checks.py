"""The one place that says what a filter in Haystack's form may be: for the API, the command line and the store.

Pure: a filter goes in, the same in the usual form comes out, or an error that names what is wrong.
"""

from datetime import date
from math import isfinite
from typing import Any

from components.errors import InputError
from components.query.filters.moments import in_utc, parse_date

Filter = dict[str, Any]

EXAMPLE = 'language == "de" and (year >= 2024 or not tags in ["old", "draft"])'
"""Shown in every message."""

COMPARISONS = ("==", "!=", ">", ">=", "<", "<=", "in", "not in")
"""What may stand between a field and its value."""

ORDERS = (">", ">=", "<", "<=")
"""Those that need an order."""

MOST_LEVELS = 20
"""Conditions in conditions; more would be a mistake or an attack on the stack."""

MOST_PARTS = 1000
"""Comparisons of a filter, what joins them, and values in lists, together."""

LONGEST_FIELD = 500
"""Characters of the name of a field."""

SAME = {"=": "==", "<>": "!="}
"""Operators that are written in two ways."""

_JOINS = ("AND", "OR", "NOT")
_UNFILTERABLE = ("embedding", "sparse_embedding", "score", "blob")
_SHOWN = 80


def check_filter(
    data: Any, *, most_levels: int = MOST_LEVELS, most_parts: int = MOST_PARTS, null_is_ordered: bool = False
) -> Filter:
    """A filter with its operators in the usual form and its fields as they are.

    Args:
        data: what somebody gave.
        most_levels: conditions in conditions at most.
        most_parts: comparisons, and values in lists, at most.
        null_is_ordered: whether null may stand behind ``>``, which nothing meets; people write that by mistake only.

    Raises:
        InputError: it has other parts, an operator that there is not, a value that cannot be compared so, or too much.
    """
    return _Checking(most_levels, most_parts, null_is_ordered).condition(data, 1)


def check_comparison(field: str, operator: str, value: Any) -> None:
    """See that a field can be compared with a value so.

    Raises:
        InputError: it cannot.
    """
    _check_field(field)
    if operator.endswith("in"):
        if not isinstance(value, list):
            raise InputError(f"The value {shown(value)} does not go with {operator!r}: 'in' and 'not in' take a list.")
        for each in value:
            _check_value(field, each)
        return
    if isinstance(value, list):
        raise InputError(f"The value {shown(value)} does not go with {operator!r}: 'in' and 'not in' take a list.")
    _check_value(field, value)
    if operator in ORDERS and not _is_ordered(value):
        raise InputError(
            f"{field} {operator} {shown(value)}: {operator} takes a number or a date such as 2025-01-31. "
            f"Example: {EXAMPLE}"
        )


def shown(value: Any) -> str:
    """A value for messages, cut where it is long."""
    if isinstance(value, dict | list) and len(value) > _SHOWN:
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value):,} parts"
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deep, or a number of too many digits
        return f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class _Checking:
    """One look at a filter, which counts its parts."""

    def __init__(self, most_levels: int, most_parts: int, null_is_ordered: bool) -> None:
        self._null_is_ordered = null_is_ordered
        self._most_levels = most_levels
        self._most_parts = most_parts
        self._parts = 0

    def condition(self, data: Any, level: int) -> Filter:
        if level > self._most_levels:
            raise InputError(f"The filter has more than {self._most_levels} levels. Example: {EXAMPLE}")
        self._count(1)
        if not isinstance(data, dict):
            raise InputError(
                f"A filter is an object with 'field' or 'conditions', not {shown(data)}. Or write: {EXAMPLE}"
            )
        operator = data.get("operator")
        if isinstance(operator, str) and data.keys() == {"field", "operator", "value"}:
            return self._comparison(data["field"], operator, data["value"])
        if isinstance(operator, str) and data.keys() == {"operator", "conditions"}:
            return self._joined(operator, data["conditions"], level)
        names = ", ".join(shown(name) for name in list(data)[:5])
        raise InputError(
            f"A filter has the keys field, operator and value, or operator and conditions, not {names}."
            f" Or write: {EXAMPLE}"
        )

    def _comparison(self, field: Any, operator: str, value: Any) -> Filter:
        comparison = SAME.get(operator, operator.lower())
        if comparison not in COMPARISONS:
            raise InputError(f"Unknown operator {shown(operator)} in a filter; there are {', '.join(COMPARISONS)}.")
        self._count(len(value) if isinstance(value, list) else 0)
        if value is None and self._null_is_ordered and comparison in ORDERS:
            _check_field(field)
        else:
            check_comparison(field, comparison, value)
        return {"field": field, "operator": comparison, "value": value}

    def _joined(self, operator: str, conditions: Any, level: int) -> Filter:
        if operator.upper() not in _JOINS:
            raise InputError(f"Unknown operator {shown(operator)} in a filter; there are {', '.join(_JOINS)}.")
        if not isinstance(conditions, list):
            raise InputError(f"'conditions' is a list of filters, not {shown(conditions)}. Example: {EXAMPLE}")
        return {"operator": operator.upper(), "conditions": [self.condition(each, level + 1) for each in conditions]}

    def _count(self, parts: int) -> None:
        self._parts += parts
        if self._parts > self._most_parts:
            raise InputError(
                f"The filter has more than {self._most_parts:,} conditions and values; ask in several questions, or "
                "give the documents a field that says the same."
            )


def _check_field(field: Any) -> None:
    if not isinstance(field, str) or not field:
        raise InputError(f"'field' is the name of a field, not {shown(field)}. Example: {EXAMPLE}")
    if len(field) > LONGEST_FIELD:
        raise InputError(f"The field {shown(field)} has more than {LONGEST_FIELD} characters.")
    _check_text(field)
    if '"' in field:
        raise InputError(f"The field {field!r} has a quotation mark in its name and cannot be filtered on.")
    if field in _UNFILTERABLE:
        raise InputError(f"Documents cannot be filtered by {field!r}; use id, content or a field of meta.")


def _check_value(field: str, value: Any) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float):
        if not isfinite(value):
            raise InputError(f"A filter compares finite numbers, not {value!r}.")
    elif isinstance(value, date):
        try:
            in_utc(value)
        except OverflowError as error:
            raise InputError(f"The date {value!r} of {field} lies outside the years 1 to 9999 in UTC.") from error
    elif value is not None and not isinstance(value, int):
        raise InputError(
            f"The value {shown(value)} of {field} is no text, number, true, false or null. Example: {EXAMPLE}"
        )


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{shown(text)} in a filter holds half a character (a lone surrogate).") from error


def _is_ordered(value: Any) -> bool:
    if isinstance(value, str):
        return parse_date(value) is not None
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        try:
            float(value)
        except OverflowError:
            return False
        return True
    return isinstance(value, float | date)
