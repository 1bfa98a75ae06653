"""Text -> pairs of an acronym and what it stands for, "paid time off (PTO)" or "PTO (paid time off)". Pure.

A. Schwartz and M. Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", Pacific
Symposium on Biocomputing 2003. Each pair of brackets is looked at once, with a bounded number of words before it.
"""

import re
from collections.abc import Iterator

MOST_CHARACTERS = 80
"""The longest form that is taken, in characters."""
MOST_WORDS = 8
"""The longest form that is taken, in words."""
_SHORTEST, _LONGEST = 2, 10

_BRACKETS = re.compile(rf"\(([^()\n]{{{_SHORTEST},{MOST_CHARACTERS}}})\)")
_WORDS = re.compile(r"\w++(?:['’.&/-]\w++)*+")
_ENDS = re.compile(r"[\n.;:!?()\[\]|]")


def acronym_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Each acronym as it is written, with its long form in lower case and single spaces; a pair may come twice."""
    for brackets in _BRACKETS.finditer(text):
        inside = brackets.group(1).strip()
        before = _ENDS.split(text[max(0, brackets.start() - 2 * MOST_CHARACTERS) : brackets.start()])[-1].rstrip()
        if is_acronym(inside):
            short, long = inside, long_form(inside, before)
        else:
            short = before.rpartition(" ")[2]
            long = long_form(short, inside) if is_acronym(short) else None
            # Behind its acronym the long form stands alone.
            long = long if long is not None and len(long) == len(inside) else None
        if long is not None and (words := plain_words(long)) != short.casefold():
            yield short, words


def is_acronym(word: str) -> bool:
    """Whether a word looks like one: few signs, letters and digits only, two capitals at least."""
    is_short = _SHORTEST <= len(word) <= _LONGEST and word.isalnum() and word[0].isalpha()
    return is_short and sum(sign.isupper() for sign in word) >= 2


def long_form(short: str, before: str) -> str | None:
    """The last words of a text that an acronym can stand for; None where there are none.

    From right to left every sign of the acronym is found in the text, the first one at the beginning of a word.
    """
    window = before[-MOST_CHARACTERS:]
    at = len(window)
    for position in range(len(short) - 1, -1, -1):
        at -= 1
        while at >= 0 and not _stands_at(window, at, short[position].casefold(), opening=position == 0):
            at -= 1
        if at < 0:
            return None
    found = window[at:]
    most = min(len(short) + 5, 2 * len(short), MOST_WORDS)
    return found if len(short) < len(found) and len(found.split()) <= most and short not in found.split() else None


def plain_words(text: str) -> str:
    """The words of a text in lower case, parted by single spaces."""
    return " ".join(_WORDS.findall(text.replace("-", " "))).casefold()


def _stands_at(text: str, at: int, sign: str, *, opening: bool) -> bool:
    starts = at == 0 or not text[at - 1].isalnum()
    return text[at].casefold() == sign and (starts or not opening)
