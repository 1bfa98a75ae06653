"""``language == "de" and not tags in ["old"]`` -> Haystack's filter dictionaries, and what can be said of those.

Pure; knows no store and which fields there are: whoever searches compares :func:`fields_of` with the fields it has.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, NoReturn

from components.errors import InputError
from components.query.filters.checks import (
    COMPARISONS,
    EXAMPLE,
    MOST_LEVELS,
    SAME,
    Filter,
    check_comparison,
    check_filter,
)

__all__ = ["COMPARISONS", "EXAMPLE", "Filter", "UnknownField", "check_fields", "checked_filter", "fields_of"]

_TOKEN = re.compile(
    r"""
        (?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+')
      | (?P<operator>==|!=|<>|>=|<=|=|>|<)
      | (?P<bracket>[()\[\],])
      | (?P<word>[^\s"'()\[\],=<>!]+)
      | (?P<odd>["'].*|\S)  # a quote that is not closed takes all that follows, lest each in it be tried again
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = {"and", "or", "not", "in"}
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "none": None}
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse_filter(text: str) -> Filter:
    """Read a filter as a user writes it, or Haystack's own form as JSON.

    Comparisons (``==`` or ``=``, ``!=``, ``>``, ``>=``, ``<``, ``<=``, ``in [..]``, ``not in [..]``) are joined by
    ``and``, ``or``, ``not`` and brackets, upper or lower case. A value is a number, ``true``, ``false``, ``null``, a
    date, a word, or in quotes any text. A field may carry the prefix ``meta.`` or go without.

    Raises:
        InputError: with the position, what was found there and an example.
    """
    if text.lstrip().startswith("{"):
        return _from_json(text)
    return checked_filter(_Parser(text).parse())


def join_filters(first: Filter | None, second: Filter | None) -> Filter | None:
    """Both must hold; None demands nothing."""
    if first is None or second is None:
        return second if first is None else first
    return {"operator": "AND", "conditions": [first, second]}


def checked_filter(data: Any) -> Filter:
    """A filter in Haystack's form, as another program wrote it, with fields' prefix and operators in the usual form.

    Raises:
        InputError: see :func:`components.query.filters.checks.check_filter`.
    """
    return _with_prefix(check_filter(data))


def fields_of(filters: Filter | None) -> set[str]:
    """The fields that a filter compares, without ``meta.``."""
    if filters is None:
        return set()
    if "field" in filters:
        return {str(filters["field"]).removeprefix("meta.")}
    return {name for condition in filters.get("conditions", ()) for name in fields_of(condition)}


class UnknownField(InputError):
    """A filter compares fields that no passage has.

    Args:
        fields: these.
        known: those that there are.
    """

    code = "unknown-field"
    title = "The filter names an unknown field"

    def __init__(self, fields: Sequence[str], known: Iterable[str]) -> None:
        names = ", ".join(repr(name) for name in fields)
        super().__init__(f"the filter names {names}, which no passage has; fields are: {', '.join(sorted(known))}")
        self.fields = tuple(fields)


def check_fields(filters: Filter, known: Set[str]) -> None:
    """See that a filter compares known fields only: a misspelt one would quietly match nothing.

    Raises:
        UnknownField: it does not.
    """
    unknown = sorted(name for name in fields_of(filters) if name.removeprefix("meta.") not in known)
    if unknown:
        raise UnknownField(unknown, known)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """"string", "operator", "bracket", "word", "odd" or "end"."""
    text: str
    start: int

    @property
    def keyword(self) -> str | None:
        """``and``, ``or``, ``not`` or ``in``, in lower case."""
        lower = self.text.lower()
        return lower if self.kind == "word" and lower in _KEYWORDS else None

    @property
    def shown(self) -> str:
        """For messages."""
        return "the end" if self.kind == "end" else self.text


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind is not None:
            yield _Token(kind, found[kind][:1] if kind == "odd" else found[kind], found.start(kind))
    yield _Token("end", "", len(text))


class _Parser:
    """Recursive descent: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def parse(self) -> Filter:
        found = self._joined("or")
        if self._next().kind != "end":
            self._refuse("'and', 'or' or the end")
        return found

    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next()
        self._at += token.kind != "end"
        return token

    def _takes(self, bracket: str) -> bool:
        found = self._next().kind == "bracket" and self._next().text == bracket
        self._at += found
        return found

    def _refuse(self, expected: str) -> NoReturn:
        token = self._next()
        raise InputError(
            f"The filter {self._text!r} cannot be read at position {token.start + 1}: expected {expected}, found "
            f"{token.shown}. Example: {EXAMPLE}"
        )

    def _joined(self, word: str) -> Filter:
        parts = [self._part(word)]
        while self._next().keyword == word:
            self._take()
            parts.append(self._part(word))
        return parts[0] if len(parts) == 1 else {"operator": word.upper(), "conditions": parts}

    def _part(self, word: str) -> Filter:
        return self._joined("and") if word == "or" else self._negated()

    def _negated(self) -> Filter:
        self._depth += 1
        if self._depth > MOST_LEVELS:
            self._refuse(f"at most {MOST_LEVELS} levels of brackets and 'not'")
        if self._next().keyword == "not":
            self._take()
            found: Filter = {"operator": "NOT", "conditions": [self._negated()]}
        elif self._takes("("):
            found = self._joined("or")
            if not self._takes(")"):
                self._refuse("')', 'and' or 'or'")
        else:
            found = self._comparison()
        self._depth -= 1
        return found

    def _comparison(self) -> Filter:
        if self._next().kind not in ("word", "string") or self._next().keyword is not None:
            self._refuse("the name of a field")
        token = self._take()
        name = _unquoted(token.text) if token.kind == "string" else token.text
        if self._next().kind == "operator":
            operator = self._take().text
            return _comparison(name, SAME.get(operator, operator), self._value())
        negated = self._next().keyword == "not"
        if negated:
            self._take()
        if self._next().keyword != "in":
            self._refuse("'in'" if negated else f"one of {' '.join(COMPARISONS)}")
        self._take()
        return _comparison(name, "not in" if negated else "in", self._list())

    def _list(self) -> list[Any]:
        if not self._takes("["):
            self._refuse("a list in square brackets")
        values: list[Any] = []
        while not self._takes("]"):
            if values and not self._takes(","):
                self._refuse("',' or ']'")
            values.append(self._value())
        return values

    def _value(self) -> Any:
        token = self._next()
        if token.kind == "string":
            return _unquoted(self._take().text)
        if token.kind != "word" or token.keyword is not None:
            self._refuse("a value (in quotes, if it is more than one word)")
        self._take()
        lower = token.text.lower()
        if lower in _CONSTANTS:
            return _CONSTANTS[lower]
        if _NUMBER.fullmatch(token.text):
            return float(token.text) if "." in token.text else int(token.text)
        return token.text


def _comparison(name: str, operator: str, value: Any) -> Filter:
    """One comparison in Haystack's form, if the value goes with the operator."""
    check_comparison(name, operator, value)
    return {"field": name, "operator": operator, "value": value}


def _with_prefix(checked: Filter) -> Filter:
    """A checked filter whose fields are those of ``meta``."""
    if "conditions" in checked:
        return {**checked, "conditions": [_with_prefix(condition) for condition in checked["conditions"]]}
    name = checked["field"]
    return {**checked, "field": name if name.startswith("meta.") else f"meta.{name}"}


def _unquoted(quoted: str) -> str:
    return _ESCAPED.sub(r"\1", quoted[1:-1])


def _from_json(text: str) -> Filter:
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(f"The filter {text[:80]!r} is not JSON ({error}). Or write: {EXAMPLE}") from error
    return checked_filter(data)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value to compare with")
