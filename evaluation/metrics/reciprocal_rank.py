"""Reciprocal rank at k: 1 / the rank of the first relevant document; the mean over questions is MRR.

0 where the first k hold none (Voorhees 1999); NaN without any relevant document. Ties have been broken by the
ranking's order.
"""

from collections.abc import Collection, Sequence

from evaluation.metrics.hit_rate import rank_of_first


def reciprocal_rank_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """In [0, 1], higher is better; see :func:`evaluation.metrics.precision.precision_at` for the arguments."""
    if not relevant:
        return float("nan")
    rank = rank_of_first([document in relevant for document in ranking[:k]])
    return 0.0 if rank is None else 1 / rank
