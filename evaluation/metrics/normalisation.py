"""The wording of an answer as exact match and F1 compare it.

The rules of SQuAD (Rajpurkar et al. 2016, section 6.1): lower case, without punctuation, without the articles a, an
and the, single spaces. Added for scripts without spaces, as evaluations of Chinese reading do (Cui et al. 2019,
CMRC 2018): every character of them is a token, and their punctuation is dropped too.
"""

import string
import unicodedata

from components.boundaries import by_character

_ARTICLES = frozenset({"a", "an", "the"})
_PUNCTUATION = frozenset(string.punctuation)


def normalised_tokens(text: str) -> list[str]:
    """The tokens that are compared, in order; empty where nothing but articles and punctuation is given."""
    kept = "".join(character for character in text.lower() if not _is_punctuation(character))
    return [token for word in kept.split() if word not in _ARTICLES for token in by_character(word)]


def normalised(text: str) -> str:
    """The tokens joined by single spaces."""
    return " ".join(normalised_tokens(text))


def _is_punctuation(character: str) -> bool:
    # The published rules know ASCII only, where "$" and "+" count as punctuation as well.
    return character in _PUNCTUATION or (ord(character) > 127 and unicodedata.category(character).startswith("P"))
