"""How much of a question's own words stands in a text: in the passage, and close to the answer.

A reader is easily content with the sentence about the other model. Codes, versions and numbers of a question name what
it is about; an answer whose surroundings lack them is doubtful however well it reads. Knows nothing of passages.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from components.embedders.bm25 import codes, question_vector
from components.query.answer_types import ExpectedValue, expected_value
from components.types import QueryKind

Item = TypeVar("Item")

_REMEMBERED = 1024
"""The passages of one question are looked at once for every span in them."""
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?![\w-])(?![.,]\d)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer's surroundings should hold.

    Args:
        codes: identifiers of the question: error codes, part numbers, versions, years, other numbers.
        words: its words, hashed as BM25 hashes them: stemmed, without stop words.
        language: ISO 639-1 code of the question.
        value: what kind of value it asks for.
        kind: of the question.
    """

    codes: frozenset[str]
    words: frozenset[int]
    language: str
    value: ExpectedValue
    kind: QueryKind


@dataclass(frozen=True, slots=True)
class Match:
    """Shares in [0, 1] of what is wanted; 1 where nothing is wanted."""

    codes: float
    """Of the codes: those close to the answer count whole, those elsewhere in the passage half."""
    near: float
    """Of the words, in the answer's sentence or row, title and heading."""
    coverage: float
    """Of the words, in the passage, title and heading."""


def wanted_of(question: str, language: str, kind: QueryKind) -> Wanted:
    """What a question asks for by name, and which kind of value."""
    return Wanted(_identifiers(question), _words(question, language), language, expected_value(question, kind), kind)


def match(wanted: Wanted, sentence: str, passage: str, heading: str) -> Match:
    """Compare what is wanted with the surroundings of an answer.

    Args:
        wanted: of the question.
        sentence: the answer's sentence, row or list item.
        passage: the passage that holds it.
        heading: title and heading.
    """
    close, whole = f"{heading}\n{sentence}", f"{heading}\n{passage}"
    # Few questions name a code, and looking for them in every text takes long.
    named = [_share(wanted.codes, _identifiers(text)) for text in (close, whole)] if wanted.codes else [1.0, 1.0]
    return Match(
        codes=sum(named) / 2,
        near=_share(wanted.words, _words(close, wanted.language)),
        coverage=_share(wanted.words, _words(whole, wanted.language)),
    )


def novelty(wanted: Wanted, text: str) -> float:
    """The share of a text's words that the question does not hold, in [0, 1]; 0 of a text without words."""
    found = _words(text, wanted.language)
    return len(found - wanted.words) / len(found) if found else 0.0


@lru_cache(maxsize=_REMEMBERED)
def _identifiers(text: str) -> frozenset[str]:
    return frozenset(codes(text) + _NUMBER.findall(text))


@lru_cache(maxsize=_REMEMBERED)
def _words(text: str, language: str) -> frozenset[int]:
    return frozenset(question_vector(text, [language]).indices)


def _share(wanted: frozenset[Item], found: frozenset[Item]) -> float:
    return len(wanted & found) / len(wanted) if wanted else 1.0
