"""What a question may be compared with: the words and acronyms of the documents that the asker may read."""

import re
from collections.abc import Collection, Sequence
from typing import Protocol

from components.languages.scripts import is_unspaced
from components.query.acronyms import MOST_WORDS, is_acronym, plain_words

_MOST_QUESTION_WORDS = 60
"""Words of a question that are looked up."""
_MOST_FORMS, _MOST_ADDITIONS = 2, 6
"""Long forms of one acronym, and additions to one question."""
_WORD = re.compile(r"\w++")

SHORTEST, LONGEST = 3, 40
"""Letters of a word that is counted."""
_ACRONYM = 6
"""Letters of the longest word that counts as one of its own in capitals: "US" is not "us"."""
_LETTERS = re.compile(r"[^\W\d_]{2,}+")


class Vocabulary(Protocol):
    """The words and acronyms of documents; a word in capitals of up to six letters is one of its own."""

    def frequencies(self, words: Collection[str]) -> dict[str, int]:
        """In how many sources each of these words stands; without those that stand in none."""
        ...

    def in_buckets(self, buckets: Collection[str]) -> set[str]:
        """The words of these buckets; see :func:`bucket_of`."""
        ...

    def acronyms(self, shorts: Collection[str], longs: Collection[str]) -> list[tuple[str, str]]:
        """Acronyms and what they stand for, where either is one of these; the most frequent ones first."""
        ...

    def share_stem(self, word: str, others: Collection[str], languages: Sequence[str] | None) -> bool:
        """Whether the search finds a word where one of the others stands: they have the same stem."""
        ...


def acronym_additions(question: str, vocabulary: Vocabulary) -> list[str]:
    """What the acronyms of a question stand for, and the acronyms of what it says in full.

    "US" is not "us": an acronym is found in other cases only where the documents have no such word.
    """
    words = _WORD.findall(question)[:_MOST_QUESTION_WORDS]
    shorts = {word for word in words if is_acronym(word)} | _sloppy(words, vocabulary)
    longs = _runs(plain_words(question).split()[:_MOST_QUESTION_WORDS])
    said = question.casefold()
    found: dict[str, None] = {}
    forms = dict.fromkeys(shorts, _MOST_FORMS)
    for short, long in vocabulary.acronyms(shorts, longs):
        if short in forms and long not in longs and long not in said and forms[short]:
            forms[short] -= 1
            found[long] = None
        elif long in longs and short not in words:
            found[short] = None
    return list(found)[:_MOST_ADDITIONS]


def _sloppy(words: Collection[str], vocabulary: Vocabulary) -> set[str]:
    """Words in small letters that the documents know in capitals only, in capitals."""
    small = {word.casefold() for word in words if 3 <= len(word) <= 6 and word.isalpha() and not word.isupper()}
    return {word.upper() for word in small - vocabulary.frequencies(small).keys()}


def _runs(words: Collection[str]) -> set[str]:
    """All runs of two words to :data:`MOST_WORDS`."""
    row = list(words)
    return {
        " ".join(row[start : start + length]) for length in range(2, MOST_WORDS + 1) for start in range(len(row) - 1)
    }


def words_of(text: str) -> list[str]:
    """The words of a text, in scripts whose words spaces part; those in capitals as they are, others in lower case."""
    found = (word for word in _LETTERS.findall(text) if len(word) <= LONGEST and not is_unspaced(word[0]))
    return [word if is_capitals(word) else word.casefold() for word in found if is_counted(word)]


def is_counted(word: str) -> bool:
    """Whether a run of letters is long enough."""
    return len(word) >= SHORTEST or is_capitals(word)


def is_capitals(word: str) -> bool:
    """Whether a word is a short one in capitals."""
    return len(word) <= _ACRONYM and word.isupper()


def bucket_of(word: str) -> str:
    """Where a word stands in the index: its first letter and its length."""
    return bucket(word[0].casefold(), len(word))


def bucket(first: str, letters: int) -> str:
    """The place of words with this first letter and this many letters."""
    return f"{first}{letters}"
