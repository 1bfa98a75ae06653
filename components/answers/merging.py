"""Which answers say the same: normalised wording, overlap, and the grouping of spans into one answer.

Pure functions over strings and offsets; knows nothing of documents, scores or models.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

from components.languages.packs import united
from components.languages.scripts import by_character, is_unspaced

Item = TypeVar("Item")

# A number keeps its inner points ("1.5" is not "15") and its sign; "+", "#", "%" and currency marks carry meaning.
_TOKEN = re.compile(r"(?<![\w)])[-−+]?\d+(?:[.,:/]\d+)*|[^\W\d]+|\w|[+#%‰°$€£¥₹]")
_GROUPED = re.compile(r"[-−+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ARTICLES = frozenset(united(lambda pack: pack.articles))
_NEGATIONS = frozenset(united(lambda pack: pack.negations))


def wording(text: str) -> tuple[str, ...]:
    """The text as comparable tokens: width and case folded, without articles and punctuation.

    Characters of scripts without spaces are tokens of their own.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("−", "-")
    tokens = [part for token in _TOKEN.findall(folded) for part in _split(token)]
    content = [token for token in tokens if token not in _ARTICLES]
    return tuple(content if content else tokens)


def same_wording(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two wordings state the same: equal, or one with a few plain words more ("within 14 days").

    A number, a sign or a negation more makes another statement, and so does doubling the length.
    """
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if not shorter or 2 * len(shorter) < len(longer):
        return False
    at = _position(shorter, longer)
    if at is None:
        return False
    rest = (*longer[:at], *longer[at + len(shorter) :])
    return all(token.isalpha() and len(token) > 1 and token not in _NEGATIONS for token in rest)


def contains_wording(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether either wording holds the other whole, so that the two do not contradict each other."""
    shorter, longer = sorted((one, other), key=len)
    return _position(shorter, longer) is not None


def overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans of the same text share a character."""
    return one[0] < other[1] and other[0] < one[1]


def group(items: Sequence[Item], same: Callable[[Item, Item], bool]) -> list[list[Item]]:
    """Put each item, in the given order, to the first group whose first item is the same; else it starts one."""
    groups: list[list[Item]] = []
    for item in items:
        home = next((members for members in groups if same(members[0], item)), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    return groups


def _split(token: str) -> Sequence[str]:
    if _GROUPED.fullmatch(token):
        return (token.replace(",", ""),)
    if not token.isascii() and any(is_unspaced(character) for character in token):
        return by_character(token)
    return (token,)


def _position(shorter: Sequence[str], longer: Sequence[str]) -> int | None:
    """Where the shorter stands in the longer as a run of tokens."""
    # Looked for as one text, which takes no longer however much the tokens repeat.
    parted, wanted = ("\0".join(("", *tokens, "")) for tokens in (longer, shorter))
    at = parted.find(wanted)
    return parted.count("\0", 0, at) if at >= 0 else None
