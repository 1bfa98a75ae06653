"""The words of a text as they are counted in the index and looked up there. Pure."""

import re

from components.languages.scripts import is_unspaced

SHORTEST, LONGEST = 3, 40
"""Letters of a word that is counted."""
_ACRONYM = 6
"""Letters of the longest word that counts as one of its own in capitals: "US" is not "us"."""
_LETTERS = re.compile(r"[^\W\d_]{2,}+")


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
