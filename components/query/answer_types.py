"""What kind of value a question asks for, and whether an answer's words are such a value. Pure, no documents.

"How warm" asks for a temperature, "how long" for a time or a length, "on which day of the week" for a weekday: an
answer of another kind is doubtful however well it reads. A question that asks for no such value accepts any words.
"""

import re
from dataclasses import dataclass

from components.languages.pack import Asked, Currency, Unit, Value
from components.languages.packs import PACKS, any_word, united
from components.patterns import LazyPattern, followed
from components.types import QueryKind

# What a language writes in its own way stands in its pack; here is what all write alike, and how it is put together.
# A number is taken whole, from its first digit on: to look again from each digit of a long one would take for ever.
_DIGITS = r"(?=\d)(?<!\d)(?<!\d[.,\u00a0\u202f])\d++(?:[.,\u00a0\u202f]\d++)*+"
_WORDS = "|".join(united(lambda pack: pack.number_words, spaced=True))
_NUMERAL = f"[{''.join(united(lambda pack: pack.number_words, spaced=False))}]"
_NUMBER = rf"(?:{_DIGITS}|\b(?:{_WORDS})\b|(?<!{_NUMERAL}){_NUMERAL}++)"
# "Working" between a number and its unit.
_BETWEEN = r"[\s\u00a0-]*+(?:\w{1,40}+[\s-])?"


def _units(unit: Unit, *, spaced: bool = True) -> tuple[str, ...]:
    return united(lambda pack: pack.units.get(unit, ()), spaced=spaced)


def _values(value: Value) -> tuple[str, ...]:
    return united(lambda pack: pack.values.get(value, ()))


def _counted(unit: Unit, *symbols: str, between: str = r"\s*") -> str:
    """An expression for a number and a unit behind it: a symbol that all languages share, or a word of one."""
    words = rf"{between}(?:{'|'.join((*symbols, *_units(unit)))})\b"
    signs = [rf"\s*{sign}" for sign in _units(unit, spaced=False)]
    return rf"{_NUMBER}(?:{'|'.join((words, *signs))})"


_DURATION = "|".join((_counted("time", "ms", "s", "h", between=_BETWEEN), *_values("duration")))
_LENGTH = "|".join((_counted("length", "mm", "cm", "m", "km", between=_BETWEEN), *_values("length")))
_TEMPERATURE = rf"{_NUMBER}\s*[°º℃]|{_counted('temperature', 'kelvin', 'k')}"
_PRESSURE = _counted("pressure", "m?bar", "psi", "[km]?pa", "h?pascals?", "atm", "mmhg", "torr", "%")
_WEEKDAY = any_word(lambda pack: pack.weekdays)
_MONTH = any_word(lambda pack: pack.months)
_YEAR = (
    r"(?<![\d.,])(?<![A-Za-z]-)[12]\d{3}(?![\d.,]*\d)s?"
    rf"|\b\d{{1,4}}\s?(?:{'|'.join(_units('era'))})\b"
)
# With a point only where it may be an hour of the day: "7.30", but not the price "0.00".
_CLOCK = "|".join(
    (
        r"\b\d{1,2}:\d{2}\b|\b(?:1?[1-9]|10|2[0-4])\.[0-5]\d\b",
        rf"\b\d{{1,2}}\s?(?:{'|'.join(_units('hour'))})",
        *_values("clock"),
        *(rf"\d{{1,2}}\s?{sign}" for sign in _units("hour", spaced=False)),
    )
)
_CENTURY = "|".join((rf"\b\d{{1,2}}(?:{'|'.join(_units('ordinal'))})|\b[xvi]+\b", *_values("century")))
_FREQUENCY = "|".join(_values("frequency"))
_MONEY = (
    rf"[£$€¥]\s*{_DIGITS}"
    rf"|{_DIGITS}\s*(?:{'|'.join(('[£$€¥]|gbp|eur|usd', *_units('money'), *_units('money', spaced=False)))})"
)


def _currency(currency: Currency, sign: str) -> LazyPattern:
    return LazyPattern.of(sign, rf"\b{currency}\b", *united(lambda pack: pack.currencies.get(currency, ())))


_CURRENCIES = (_currency("gbp", "£"), _currency("eur", "€"), _currency("usd", r"\$"), _currency("cny", "¥"))
_ANY_PRICE = LazyPattern.of(_MONEY, *(part for signs in _CURRENCIES for part in signs.parts), "%", *_values("percent"))
# A code, a number or a date in figures: no way of doing something, and no reason.
_FIGURES = r"[A-Z]{0,4}-?\d[\d.,:/-]*[%°]?"
_BARE = LazyPattern.of(rf"{_FIGURES}(?:\s+{_FIGURES})*")

_TIME = (_WEEKDAY, _MONTH, _YEAR, _CLOCK, _DURATION, *_values("named time"))
_ANY_DATE = LazyPattern.of(*_TIME)
_ANY_NUMBER = LazyPattern.of(_NUMBER)

_Rows = tuple[tuple[LazyPattern, LazyPattern], ...]
"""Patterns of questions, each with that of its answers."""


def _asks(asked: Asked) -> LazyPattern:
    """How the questions of all languages ask for a value."""
    asks = [pack.asks_for[asked] for pack in PACKS if asked in pack.asks_for]
    leads = "|".join(dict.fromkeys(lead for each in asks for lead in each.leads))
    nouns = "|".join(dict.fromkeys(noun for each in asks for noun in each.nouns))
    phrases = [phrase for each in asks for phrase in each.phrases]
    if leads:
        phrases.append(followed(rf"\b(?:{leads})\b", rf"\b(?:{nouns})\b"))
    return LazyPattern(tuple(phrases))


def _row(asked: Asked, *answers: str) -> tuple[LazyPattern, LazyPattern]:
    return _asks(asked), LazyPattern(answers)


# The first row whose question pattern is found decides.
_ASKED: _Rows = (
    _row("weekday", _WEEKDAY),
    _row("year", _YEAR, *_values("year")),
    _row("deadline", *_TIME),
    _row("moment", _WEEKDAY, _MONTH, _YEAR, _CLOCK),
    _row("century", _CENTURY),
    _row("month", _MONTH),
    _row("frequency", _DURATION, _WEEKDAY, _FREQUENCY),
    _row("extent", _DURATION, _LENGTH),
    _row("warmth", _TEMPERATURE),
    _row("temperature", _TEMPERATURE),
    _row("pressure", _PRESSURE),
)
# The same of questions for a name: a name of this form.
_NAMED: _Rows = (
    _row("version", r"(?<![\w.-])v?\d+(?:\.\d+)*(?![\w-])"),
    _row("email", r"[^\s@]{1,64}+@[^\s@]{1,255}\.\w"),
    _row("phone", r"\+?\d(?:[\s()/.-]*\d){4,}"),
)
_ASKS_PRICE = _asks("price")


@dataclass(frozen=True, slots=True)
class ExpectedValue:
    """What the answer to a question should be; by default anything.

    Args:
        value: found in an answer's own words where they are of the right kind.
        currency: found in the answer's words or directly before them.
        prose: a way of doing something, or a reason; a table's cell is none, nor is a bare code or number.
    """

    value: re.Pattern[str] | None = None
    currency: re.Pattern[str] | None = None
    prose: bool = False

    def values(self, text: str) -> list[tuple[int, int]]:
        """Where values of the kind stand in a text; none where any words will do."""
        return [] if self.value is None else [found.span() for found in self.value.finditer(text)]

    def holds_value(self, words: str) -> bool:
        """Whether a value of the kind stands in the words; never where any words will do."""
        return self.value is not None and self.value.search(words) is not None

    def fits(self, answer: str, before: str = "", in_table: bool = False) -> float:
        """How well an answer is of the expected kind, in [0, 1].

        Args:
            answer: the answer's own words.
            before: what stands before them in the same cell or clause, such as the column's name.
            in_table: whether they stand in a table.
        """
        checks = [not in_table and _BARE.compiled.fullmatch(answer) is None] if self.prose else []
        if self.value is not None:
            checks.append(self.holds_value(answer))
        if self.currency is not None:
            checks.append(self.currency.search(f"{before} {answer}") is not None)
        return sum(checks) / len(checks) if checks else 1.0


def expected_value(question: str, kind: QueryKind) -> ExpectedValue:
    """What kind of value a question of this kind asks for.

    Args:
        question: normalised.
        kind: "number" and "date" ask for a value, "how-to" and "why" for prose, "factoid" for a name, whose form some
            questions tell; the others accept any words.
    """
    if kind in ("how-to", "why"):
        return ExpectedValue(prose=True)
    if kind not in ("number", "date"):
        named = _asked_for(_NAMED, question) if kind == "factoid" else None
        return ExpectedValue(None if named is None else named.compiled)
    signs = next((signs for signs in _CURRENCIES if signs.found_in(question)), None)
    value = _asked_for(_ASKED, question)
    if value is None:
        value = _ANY_DATE if kind == "date" else _ANY_NUMBER
        if signs is None and kind == "number" and _ASKS_PRICE.found_in(question):
            signs = _ANY_PRICE
    return ExpectedValue(value.compiled, None if signs is None else signs.compiled)


def _asked_for(rows: _Rows, question: str) -> LazyPattern | None:
    """The pattern of the answers of the first row whose question pattern is found."""
    return next((answer for asks, answer in rows if asks.found_in(question)), None)
