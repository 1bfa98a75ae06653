"""How right an answer is by its words: exact match and token F1, as SQuAD has them.

Over several references the best counts. A question without an answer has no references: then the empty prediction
is right and any other is wrong (Rajpurkar et al. 2018). "" stands for no answer.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

from components.languages.scripts import by_character, is_unspaced
from components.types import AnswerKind

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)


def exact_match(prediction: str, references: Sequence[str]) -> float:
    """1 if the normalised answer equals a normalised reference, else 0 (Rajpurkar et al. 2016).

    A reference of nothing but punctuation and articles matches a prediction of the same kind.
    """
    if not references:
        return float(not prediction)
    if not prediction:
        return 0.0
    given = normalised(prediction)
    return float(any(given == normalised(reference) for reference in references))


def f1(prediction: str, references: Sequence[str]) -> float:
    """The overlap of the answer's and the reference's words, in [0, 1], higher is better (Rajpurkar et al. 2016).

    With c common tokens, counted as often as both hold them, precision p = c / |answer| and recall r = c / |reference|:
    F1 = 2 p r / (p + r) = 2 c / (|answer| + |reference|). Where both sides normalise to nothing, F1 is 1.
    """
    if not references:
        return float(not prediction)
    if not prediction:
        return 0.0
    given = normalised_tokens(prediction)
    return max(_pair(given, normalised_tokens(reference)) for reference in references)


def normalised(text: str) -> str:
    """The tokens that are compared, joined by single spaces."""
    return " ".join(normalised_tokens(text))


def normalised_tokens(text: str) -> list[str]:
    """The tokens that are compared, in order; empty where nothing but articles and punctuation is given.

    The rules of SQuAD (Rajpurkar et al. 2016, section 6.1), step by step as its official script takes them: lower case,
    no ASCII punctuation, without the articles a, an and the. Added for texts in scripts without spaces, as evaluations
    of Chinese reading do (Cui et al. 2019, CMRC 2018): every character of them is a token, and in such a text all
    punctuation is dropped, not only that of ASCII.
    """
    lowered = text.lower()
    unspaced = any(is_unspaced(character) for character in lowered)
    kept = "".join(character for character in lowered if not _is_punctuation(character, unspaced))
    words = _ARTICLES.sub(" ", kept).split()
    return [token for word in words for token in by_character(word)] if unspaced else words


def _pair(given: Sequence[str], reference: Sequence[str]) -> float:
    if not given or not reference:
        return float(given == reference)
    common = sum((Counter(given) & Counter(reference)).values())
    return 2 * common / (len(given) + len(reference))


def _is_punctuation(character: str, unspaced: bool) -> bool:
    # The published rules know ASCII only, where "$" and "+" count as punctuation as well.
    return character in _PUNCTUATION or (unspaced and unicodedata.category(character).startswith("P"))


LEAST_F1 = 0.5
"""An answer of a few words is right from this token F1 with a reference."""


def is_right(text: str, kind: AnswerKind, references: Sequence[str]) -> bool:
    """Whether an answer is right.

    Args:
        text: the answer.
        kind: a span has to share half of its words with a reference, a longer unit has to hold one.
        references: accepted answers; without any, no answer is right.
    """
    if not references or not text:
        return False
    if kind == "span":
        return f1(text, references) >= LEAST_F1
    held = f" {normalised(text)} "
    return any(f" {normalised(reference)} " in held for reference in references)
