"""Recall of the right paragraph at k: whether one of the first k of a ranking is right.

With one right paragraph a question this is recall and hit rate alike (Manning, Raghavan and Schütze 2008, chapter 8).
An empty or short ranking simply holds nothing more. Ties have been broken by the ranking's order. Several slices of
the right paragraph count once.
"""

from collections.abc import Sequence


def rank_of_first(right: Sequence[bool]) -> int | None:
    """1-based rank of the first right item; None where there is none."""
    return next((rank for rank, is_right in enumerate(right, start=1) if is_right), None)


def recall_at(rank: int | None, k: int) -> float:
    """1 if the first right item stands among the first ``k`` (k >= 1), else 0."""
    return float(rank is not None and rank <= k)
