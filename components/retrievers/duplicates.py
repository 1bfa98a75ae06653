"""Finds passages that say the same in nearly the same words; pure: texts in, groups of their positions out.

Two texts are near duplicates when they hold the same numbers and codes, and share nine in ten of their runs of
words: of all their runs together (Jaccard), or of the shorter one's (containment). A different number is a
different statement, however alike the words.
"""

import re
import unicodedata
from collections.abc import Hashable, Sequence

THRESHOLD = 0.9
"""Share of runs, in [0, 1], from which on two texts are near duplicates."""

RUN = 4
"""Words in a run; a text of fewer words is one run."""

_LONGEST = 30
"""Letters of a word."""

_WORD = re.compile(r"\w+")

Runs = frozenset[Hashable]


def near_duplicates(texts: Sequence[str]) -> list[list[int]]:
    """Groups of positions, in the order of their first members; a text without a twin is a group of one.

    A group holds the near duplicates of its first member.
    """
    groups: list[list[int]] = []
    leaders: list[tuple[Runs, frozenset[str]]] = []
    for position, text in enumerate(texts):
        words = _words(text)
        signature = _runs(words), _numbers(words)
        for group, leader in zip(groups, leaders, strict=True):
            if _alike(signature, leader):
                group.append(position)
                break
        else:
            groups.append([position])
            leaders.append(signature)
    return groups


def _alike(first: tuple[Runs, frozenset[str]], second: tuple[Runs, frozenset[str]]) -> bool:
    # Containment is never below Jaccard, so it alone decides.
    if first[1] != second[1] or not first[0] or not second[0]:
        return False
    shared = len(first[0] & second[0])
    return shared / min(len(first[0]), len(second[0])) >= THRESHOLD


def _words(text: str) -> list[str]:
    words: list[str] = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    if max(map(len, words), default=0) <= _LONGEST:
        return words
    # Scripts without spaces give one long word; its letters serve as words.
    return [part for word in words for part in (word if len(word) > _LONGEST else [word])]


def _runs(words: list[str]) -> Runs:
    if len(words) <= RUN:
        return frozenset([tuple(words)] if words else [])
    return frozenset(zip(*(words[start:] for start in range(RUN)), strict=False))


def _numbers(words: list[str]) -> frozenset[str]:
    # Nearly all words are letters alone, which is told at once.
    return frozenset(word for word in words if not word.isalpha() and any(letter.isdigit() for letter in word))
