"""Hit rate at k: whether anything right is among the first k of a ranking ("success" of ``trec_eval``).

1 if the first right item stands at rank k or before, else 0; the mean over questions is the rate. With one right
document a question it equals recall. An empty or short ranking simply holds nothing more; several slices of the right
document count once. Ties have been broken by the ranking's order.
"""

from collections.abc import Sequence


def hit_at(rank: int | None, k: int) -> float:
    """0 or 1.

    Args:
        rank: 1-based, of the first right item; None where there is none.
        k: at least 1.
    """
    return float(rank is not None and rank <= k)


def rank_of_first(right: Sequence[bool]) -> int | None:
    """1-based rank of the first right item; None where there is none."""
    return next((rank for rank, is_right in enumerate(right, start=1) if is_right), None)
