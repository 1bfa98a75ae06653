"""The wording of an answer as exact match and F1 compare it.

The rules of SQuAD (Rajpurkar et al. 2016, section 6.1), step by step as its official script takes them: lower case, no
ASCII punctuation, without the articles a, an and the, single spaces. Added for texts in scripts without spaces, as
evaluations of Chinese reading do (Cui et al. 2019, CMRC 2018): every character of them is a token, and in such a
text all punctuation is dropped, not only that of ASCII.
"""

import re
import string
import unicodedata

from components.languages.scripts import by_character, is_unspaced

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)


def normalised_tokens(text: str) -> list[str]:
    """The tokens that are compared, in order; empty where nothing but articles and punctuation is given."""
    lowered = text.lower()
    unspaced = any(is_unspaced(character) for character in lowered)
    kept = "".join(character for character in lowered if not _is_punctuation(character, unspaced))
    words = _ARTICLES.sub(" ", kept).split()
    return [token for word in words for token in by_character(word)] if unspaced else words


def normalised(text: str) -> str:
    """The tokens joined by single spaces."""
    return " ".join(normalised_tokens(text))


def _is_punctuation(character: str, unspaced: bool) -> bool:
    # The published rules know ASCII only, where "$" and "+" count as punctuation as well.
    return character in _PUNCTUATION or (unspaced and unicodedata.category(character).startswith("P"))
