"""``source:handbook.pdf after:2025-01-01`` inside a question -> the question without them, and a filter.

Pure. Only the keys below are filters, and only directly before their value: "Error: code 5", "http://x" and "3:4"
stay what they are.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from components.errors import InputError
from components.query.filters.syntax import Filter

_FILTER = re.compile(
    r"(?<!\S)(?P<negated>-?)(?P<key>source|after|before|lang|tag|page)[:：]"
    r'(?:"(?P<quoted>[^"]+)"|(?P<plain>[^\s"](?:[^\s"]*[^\s"?!.,;。？！，])?+))(?=[?!.,;。？！，]*+(?:\s|$))',
    re.IGNORECASE,
)
_SPACED_SIGN = re.compile(r" ([?!.,;。？！，])")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", re.ASCII)


class UnreadableFilter(InputError):
    """An inline filter whose value cannot be read.

    Args:
        written: the filter as it stands in the question.
        wanted: what its value is not, and how that is written.
    """

    code = "unreadable-filter"
    title = "A filter in the question cannot be read"

    def __init__(self, written: str, wanted: str) -> None:
        super().__init__(f"{written} is not {wanted}")
        self.written = written


def _compare(field: str, operator: str, value: object) -> Filter:
    return {"field": f"meta.{field}", "operator": operator, "value": value}


def _source(value: str) -> Filter:
    return _joined("OR", [_compare("file_name", "==", value), _compare("source", "==", value)])


def _day(key: str, value: str) -> str:
    """The first instant of a year, month or day."""
    found = _DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        year, month, day = (int(part) if part is not None else 1 for part in found.groups())
        return datetime(year, month, day, tzinfo=UTC).isoformat()
    except ValueError as error:
        raise UnreadableFilter(
            f"{key}:{value}", f"a date; write it as {key}:2025-01-31, {key}:2025-01 or {key}:2025."
        ) from error


def _page(value: str) -> Filter:
    if not (value.isascii() and value.isdecimal()) or len(value) > 9:
        raise UnreadableFilter(f"page:{value}", "the number of a page; write it as page:3.")
    return _compare("page", "==", int(value))


_BUILDERS: dict[str, Callable[[str], Filter]] = {
    "source": _source,
    "after": lambda value: _compare("updated_at", ">=", _day("after", value)),
    "before": lambda value: _compare("updated_at", "<", _day("before", value)),
    "lang": lambda value: _compare("language", "==", value.lower()),
    "tag": lambda value: _compare("tags", "in", [value]),
    "page": _page,
}
_NARROWING = {"after", "before"}
"""Two of these must both hold; two sources, languages, tags or pages are alternatives."""


def take_filters(text: str) -> tuple[str, Filter | None]:
    """The text without its filters, and these joined.

    ``source`` is a file's name or whole path, ``after`` (inclusive) and ``before`` are dates in UTC of the last
    update, ``lang`` a language's code, ``tag`` one tag, ``page`` a number. ``-`` before the key excludes; a value
    with spaces stands in double quotes.

    Raises:
        UnreadableFilter: a date or page cannot be read; the message shows the form.
    """
    allowed: dict[str, list[Filter]] = {}
    demanded: list[Filter] = []
    for found in _FILTER.finditer(text):
        key = found["key"].lower()
        built = _BUILDERS[key](found["quoted"].strip() if found["quoted"] is not None else found["plain"])
        if found["negated"]:
            demanded.append({"operator": "NOT", "conditions": [built]})
        elif key in _NARROWING:
            demanded.append(built)
        else:
            allowed.setdefault(key, []).append(built)
    parts = [*(_joined("OR", choices) for choices in allowed.values()), *demanded]
    if not parts:
        return text, None
    rest = _SPACED_SIGN.sub(r"\1", " ".join(_FILTER.sub(" ", text).split()))
    return rest, _joined("AND", parts)


def _joined(operator: str, parts: list[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else {"operator": operator, "conditions": parts}
