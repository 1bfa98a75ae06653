"""Whether what a page says as text is what it shows; pure.

A font without a right table of its characters shows words and yields other signs: none at all, signs that mean
nothing, letters moved along the alphabet, or letters between symbols. Such a page counts as one without text.
Knows no PDF and no picture.
"""

import re
import unicodedata
from collections.abc import Sequence

_MEANINGLESS = frozenset({"Cc", "Cn", "Co", "Cs"})  # control, unassigned, private use, half of a pair
_MOST_MEANINGLESS = 0.1  # of a page's signs
_FEW_LETTERS = 60  # fewer tell nothing of a language
_COMMON = frozenset("aeilnorst")  # three letters of five in any language that is written with them
_LEAST_COMMON = 0.45  # of the letters
_LONG_RUNS = re.compile(r"[^\W\d_]{5,}+")  # shorter ones are codes and abbreviations as often
_FEW_WORDS = 12  # fewer tell nothing
_MOST_BROKEN = 0.25  # of the words
_VOWELS = frozenset("aeiouyæœøıаеёиоуыэюяієїαεηιουω")
_SYMBOLS_INSIDE = re.compile(r"[^\W\d_][^\w\s.,:'’/&@()\-\u2010-\u2015#%+*=][^\W\d_]")
_TRIMMED = "\"'“”‘’«».,;:!?()[]{}<>|*-–—•"


def is_usable(text: str) -> bool:
    """Whether a page's text can be read: it has letters or digits, and they are no garbage of a broken font.

    Args:
        text: of one page, in any order; signs whose meaning the font does not tell are U+0000 or U+FFFD.
    """
    if not any(map(str.isalnum, text)):
        return False
    return not (_is_meaningless(text) or _has_rare_letters(text) or _has_broken_words(text.split()))


def _is_meaningless(text: str) -> bool:
    """Whether too many signs stand for nothing."""
    signs = [char for char in text if not char.isspace()]
    meaningless = sum(char == "\ufffd" or unicodedata.category(char) in _MEANINGLESS for char in signs)
    return meaningless > _MOST_MEANINGLESS * len(signs)


def _has_rare_letters(text: str) -> bool:
    """Whether the letters that are common in all languages are rare, as after each was swapped for another."""
    runs = _LONG_RUNS.findall(unicodedata.normalize("NFD", text.lower()))
    letters = [char for run in runs for char in run if _script(char) == "latin"]
    return len(letters) >= _FEW_LETTERS and sum(map(_COMMON.__contains__, letters)) < _LEAST_COMMON * len(letters)


def _has_broken_words(words: Sequence[str]) -> bool:
    """Whether too many words have no vowel, symbols between their letters, or letters of several scripts."""
    long = [word for word in (word.strip(_TRIMMED) for word in words) if len(word) > 2]
    if len(long) < _FEW_WORDS:
        return False
    return sum(map(_is_broken, long)) > _MOST_BROKEN * len(long)


def _is_broken(word: str) -> bool:
    if "://" in word or "@" in word:
        return False
    if _SYMBOLS_INSIDE.search(word) is not None or len({_script(char) for char in word if char.isalpha()}) > 1:
        return True
    letters = unicodedata.normalize("NFD", word.lower())
    return len(word) > 3 and all(_script(char) != "other" and char not in _VOWELS for char in letters)


def _script(char: str) -> str:
    """The alphabet of a letter, or "other"."""
    if not char.isalpha():
        return "other"
    code = ord(char)
    if code < 0x250 or 0x1E00 <= code < 0x1F00 or 0xFB00 <= code < 0xFB07:
        return "latin"
    if 0x370 <= code < 0x400:
        return "greek"
    return "cyrillic" if 0x400 <= code < 0x530 else "other"
