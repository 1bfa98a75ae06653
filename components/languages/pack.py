"""What Quaere knows of one language. Pure.

A word of a pack is an expression as well ("days?"); where spaces part the language's words, it is found as a whole
word, whatever its case. A phrase is an expression that is taken as it is. Both are read by whoever needs them, and
those of all languages are looked for at once: an answer may be in another language than its question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from components.patterns import LazyPattern

if TYPE_CHECKING:
    # Not imported where it runs: with the types comes Haystack, which the process that reads one file does without.
    from components.types import QueryKind

Words = tuple[str, ...]
Rules: TypeAlias = "tuple[tuple[QueryKind, LazyPattern], ...]"


def words(text: str) -> Words:
    """Words that spaces part."""
    return tuple(text.split())


Unit = Literal["time", "length", "temperature", "pressure", "hour", "era", "money", "ordinal"]
"""What stands behind a number: of a length of time, a distance, degrees, a pressure, an hour of the day, a year
before or after Christ, a price, and the ending that makes an ordinal of it."""

Value = Literal["duration", "length", "year", "clock", "named time", "century", "frequency", "percent"]
"""What a value may be without a number and a unit."""

Currency = Literal["gbp", "eur", "usd", "cny"]

Asked = Literal[
    "weekday", "year", "deadline", "moment", "century", "month", "frequency", "extent", "warmth", "temperature",
    "pressure", "version", "email", "phone", "price",
]  # fmt: skip
"""What a question asks for: "deadline" is a point in time or the time until then ("by when", "how far ahead"),
"moment" a point in time and no length of it ("since when"), "extent" a length of time
or a distance ("how long"), "warmth" a temperature by its adjective ("how hot")."""


@dataclass(frozen=True, slots=True)
class Asks:
    """How a question asks for one kind of value.

    Args:
        phrases: any of them tells it.
        leads: words that tell it where one of the nouns follows.
        nouns: words that tell it behind one of the leads, of this language or another ("what is the Betriebsdruck").
    """

    phrases: Words = ()
    leads: Words = ()
    nouns: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """All that is known of one language; what a pack leaves out, Quaere does without."""

    code: str
    """ISO 639-1."""
    spaced: bool = True
    """Whether spaces stand between words."""
    stemmer: str = ""
    """Qdrant's name for its stop words and its stemmer; without one, words are searched as they are written."""

    own_words: Words = ()
    """Words, in lower case, that none of the other languages written in the same letters uses often: two of them tell
    the language of a text."""

    question_rules: Rules = ()
    """Kinds of questions and how each is told, in a normalised question; the first that is found decides. Without
    them, those of all other languages are tried."""
    question_words: Words = ()
    """Words by which a text asks something: without any, a few words are taken for keywords."""
    asks_for: Mapping[Asked, Asks] = field(default_factory=dict)
    """How questions ask for each kind of value."""

    number_words: Words = ()
    """Numbers in words; where no spaces part words, the signs that numbers in words are made of."""
    weekdays: Words = ()
    """The days of the week."""
    months: Words = ()
    """The months, and their short forms."""
    units: Mapping[Unit, Words] = field(default_factory=dict)
    """What stands behind a number; of what is not written in all languages alike."""
    values: Mapping[Value, Words] = field(default_factory=dict)
    """Phrases that are such a value as they are."""
    currencies: Mapping[Currency, Words] = field(default_factory=dict)
    """Phrases for each currency, beside its sign and its code."""

    articles: Words = ()
    """Words, case folded, that two answers may differ by and still be the same."""
    negations: Words = ()
    """Words, case folded, that make another statement of one that is otherwise the same."""

    list_marks: Words = ()
    """Phrases with which a line opens an item of a list, beside bullets and numbers."""
    list_numerals: str = ""
    """Signs, beside figures, that items are numbered with."""
    numerals: str = ""
    """Signs of numbers that no answer is cut between."""
    measures: str = ""
    """Signs that stand for a measure behind such a number or a figure, and belong to it."""

    question_columns: Words = ()
    """Names, in lower case, of a table's column that holds questions."""
    answer_columns: Words = ()
    """Names, in lower case, of the column beside it that holds their answers."""
    question_openings: Words = ()
    """Phrases with which a heading opens that is a question, though it ends in no question mark."""
    question_labels: Words = ()
    """What stands before a colon and a question ("Q: ..."); a phrase."""
    answer_labels: Words = ()
    """What stands before a colon and its answer; a phrase."""
    faq_names: Words = ()
    """Phrases in the heading of a collection of questions with their answers."""
    related_names: Words = ()
    """Headings, as phrases, below which a page only leads to others."""
