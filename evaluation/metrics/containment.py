"""Whether what is shown holds the words that decide an answer: a crude judge for answers of any length. Pure.

Upper and lower case, white space, soft hyphens and the marks ``* _ ` |`` do not matter. A text over ``MOST_WORDS``
words holds nothing: whoever shows a whole chapter has not answered.
"""

import re
from collections.abc import Sequence

MOST_WORDS = 240
"""Of what one answer shows, its text and its sentence together."""

_MARKS = re.compile("[*_`|\u00ad]")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """The text as it is compared."""
    return _SPACE.sub(" ", _MARKS.sub("", text)).lower()


def held(expected: Sequence[str], text: str) -> int:
    """How many of the expected words a text holds."""
    compared = plain(text)
    return sum(plain(each) in compared for each in expected)


def contains(expected: Sequence[str], text: str, *, every: bool) -> bool:
    """Whether a text holds one of the expected words, or every one; without any, no text does.

    Args:
        expected: the words that decide; they may stand anywhere, inside other words too.
        text: what is looked through, however long.
        every: whether all of them have to be there, as the items of a list.
    """
    found = held(expected, text)
    return found == len(expected) > 0 if every else found > 0


def answers(expected: Sequence[str], shown: str, *, every: bool) -> bool:
    """The same of what an answer shows, which must not be too long."""
    return len(shown.split()) <= MOST_WORDS and contains(expected, shown, every=every)
