"""Where an answer begins and ends: whole words, no loose punctuation.

In: a text and a span of it (code points, end exclusive); out: a span of the same text. Knows nothing of scores
or documents. Scripts written without spaces (Chinese, Japanese, Thai, ...) and Korean, whose words take their
endings without a space, have no word edges that a span could be measured against: there it stays as it is, but for
a Chinese number, which keeps its first signs, and its measure word, which keeps its number.
"""

import unicodedata

from components.languages.packs import PACKS
from components.languages.scripts import is_unspaced

_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">", "“": "”", "„": "“", "‘": "’", "«": "»", "»": "«"} | {
    "「": "」", "『": "』", "（": "）", "《": "》", "【": "】", "〈": "〉", "［": "］", '"': '"', "'": "'", "`": "`"
}  # fmt: skip
_CLOSERS = frozenset(_PAIRS.values()) - {'"', "'", "`"}
_QUOTES = frozenset("\"'`")
_ONLY_CLOSERS = _CLOSERS - set(_PAIRS)
_OPENERS = {closer: "".join(first for first, last in _PAIRS.items() if last == closer) for closer in _PAIRS.values()}
_BRACKETS = frozenset(_PAIRS) | _CLOSERS
_LOOSE = frozenset(".,;:!?…。，、；：！？·•*|_~=>—–-‐/\\")
_SIGNS = frozenset("-−+±")
_AFTER_NUMBER = frozenset("%‰°")
_INSIDE_NUMBER = frozenset(".,:/")
_NUMERALS = frozenset("".join(pack.numerals for pack in PACKS))
_MEASURES = frozenset("".join(pack.measures for pack in PACKS))
_APOSTROPHES = frozenset("'’")


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen the span until it cuts no word, number, code ("E-1047") or unit sign ("5 %" stays, "5%" is one).

    The span must not be empty and must lie inside the text; the result lies inside it too.
    """
    while start > 0 and _parts_number(text, start):
        start -= 1
    while start > 0 and _joined(text, start):
        start -= 1
    while end < len(text) and _joined(text, end):
        end += 1
    if text[start].isdigit() and start > 0 and _leads_number(text, start - 1):
        start -= 1
    return start, end


def without_loose_ends(text: str, start: int, end: int) -> tuple[int, int]:
    """Narrow the span by outer white space, punctuation and brackets or quotes that hold nothing else together.

    Gives an empty span where nothing but these is left.
    """
    partners = _Partners(text, start, end)
    while start < end:
        before = start, end
        while start < end and _is_blank(text[start]):
            start += 1
        while start < end and _is_blank(text[end - 1]):
            end -= 1
        start, end = _trim_ends(text, start, end)
        start, end = _trim_brackets(text, start, end, partners)
        if (start, end) == before:
            break
    return start, end


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and at this offset belong together."""
    left, right = text[at - 1], text[at]
    if _is_mark(right) or "\u200d" in (left, right):
        return True
    if is_unspaced(left) or is_unspaced(right):
        return False
    if _is_word(left) and _is_word(right):
        return True
    if left.isdigit() and (right in _AFTER_NUMBER or unicodedata.category(right) == "Sc"):
        return True
    return _joiner_at(text, at - 1) or _joiner_at(text, at)


def _joiner_at(text: str, at: int) -> bool:
    """Whether the character here is punctuation that stands inside a word, a number or a code."""
    if not 0 < at < len(text) - 1:
        return False
    before, here, after = text[at - 1], text[at], text[at + 1]
    if is_unspaced(before) or is_unspaced(after):
        return False
    if here in _APOSTROPHES:
        return before.isalpha() and after.isalpha()
    if here in _INSIDE_NUMBER:
        return before.isdigit() and after.isdigit()
    # A hyphen in a code joins a capital letter and a digit: "E-1047", "COVID-19", but neither "2010-2015" nor
    # "mid-1990s", whose parts are words of their own.
    code = (before.isupper() and after.isdigit()) or (before.isdigit() and after.isupper())
    return here == "-" and code


def _parts_number(text: str, at: int) -> bool:
    """Whether a Chinese number stands on both sides of this offset, or before it and its measure word after it.

    Two measure words may follow each other, as in six months.
    """
    before, here = text[at - 1], text[at]
    if here in _MEASURES and before in _MEASURES and at > 1:
        before = text[at - 2]
    return (before in _NUMERALS or before.isdigit()) and (here in _NUMERALS or here in _MEASURES)


def _leads_number(text: str, at: int) -> bool:
    """Whether the character here is a sign or currency mark of the number that follows it."""
    here = text[at]
    if unicodedata.category(here) == "Sc":
        return True
    return here in _SIGNS and (at == 0 or not (_is_word(text[at - 1]) or text[at - 1] in ")]"))


def _trim_ends(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _LOOSE and not _opens_word(text, start, end):
        start += 1
    while start < end and text[end - 1] in _LOOSE and not _is_abbreviation_point(text, start, end):
        end -= 1
    return start, end


def _opens_word(text: str, start: int, end: int) -> bool:
    """Whether the punctuation at the start belongs to what follows: "-5", ".NET", "/etc/hosts"."""
    if start + 1 >= end or (start > 0 and _is_word(text[start - 1])):
        return False
    here, after = text[start], text[start + 1]
    if here in _SIGNS:
        return after.isdigit()
    return here in "./_" and _is_word(after)


def _is_abbreviation_point(text: str, start: int, end: int) -> bool:
    """Whether the point at the end belongs to "U.S." or "p.m." or to an initial: letters with points between."""
    # Of a long run of points, each is asked about: the word before it is looked at only where it may be one.
    if text[end - 1] != "." or end - 2 < start or not text[end - 2].isalpha():
        return False
    word_start = end - 1
    while word_start > start and not _is_blank(text[word_start - 1]):
        word_start -= 1
    parts = text[word_start : end - 1].lstrip("([\"'“").split(".")
    single_letters = all(len(part) == 1 and part.isalpha() for part in parts)
    return single_letters and (len(parts) > 1 or parts[0].isupper()) and not is_unspaced(parts[0])


def _trim_brackets(text: str, start: int, end: int, partners: "_Partners") -> tuple[int, int]:
    """Drop a pair that encloses everything, and an outer bracket or quote whose partner is outside."""
    while start < end:
        first, last = text[start], text[end - 1]
        if first not in _BRACKETS and last not in _BRACKETS:
            break
        if end - start >= 2 and _PAIRS.get(first) == last and partners.encloses(start, end):
            start, end = start + 1, end - 1
        elif first in _ONLY_CLOSERS or _is_open(first, text, start, end):
            start += 1
        elif _is_unopened(last, text, start, end):
            end -= 1
        else:
            break
    return start, end


class _Partners:
    """Which bracket closes which, of a span; each kind is looked through once, however deep they are nested."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self._start, self._end = text, start, end
        self._found: dict[str, dict[int, int]] = {}

    def encloses(self, start: int, end: int) -> bool:
        """Whether the first sign opens what the last closes, in a part of the span that ends in its kind's other."""
        first = self._text[start]
        if first in _QUOTES:
            return self._text.find(first, start + 1, end - 1) < 0
        if first not in self._found:
            self._found[first] = self._of(first)
        return self._found[first].get(start) == end - 1

    def _of(self, first: str) -> dict[int, int]:
        last, opened, found = _PAIRS[first], list[int](), dict[int, int]()
        for at in range(self._start, self._end):
            if self._text[at] == first:
                opened.append(at)
            elif self._text[at] == last and opened:
                found[opened.pop()] = at
        return found


def _is_open(first: str, text: str, start: int, end: int) -> bool:
    """Whether the first character opens a bracket or quote that the span does not close."""
    if first in _QUOTES:
        return text.count(first, start, end) % 2 == 1
    return first in _PAIRS and text.find(_PAIRS[first], start + 1, end) < 0


def _is_unopened(last: str, text: str, start: int, end: int) -> bool:
    """Whether the last character closes a bracket or quote that the span does not open."""
    if last in _QUOTES:
        # A prime or a plural genitive ("the users'") reads like an unopened quote; dropping it costs nothing.
        return text.count(last, start, end) % 2 == 1
    if last in _PAIRS and last not in _CLOSERS:
        return True
    openers = _OPENERS.get(last, "")
    return bool(openers) and all(text.find(opener, start, end - 1) < 0 for opener in openers)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_" or _is_mark(character)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc")
