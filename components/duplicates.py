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
    words: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        # Scripts without spaces give one long word; its letters serve as words.
        words.extend(word if len(word) > 30 else [word])
    return words


def _runs(words: list[str]) -> Runs:
    if len(words) <= RUN:
        return frozenset([tuple(words)] if words else [])
    return frozenset(tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def _numbers(words: list[str]) -> frozenset[str]:
    return frozenset(word for word in words if any(letter.isdigit() for letter in word))
