"""Precision at k: the share of the first k of a ranking that is relevant.

P@k = |relevant among the first k| / k (Manning, Raghavan and Schütze 2008, section 8.4). A ranking shorter than k is
divided by k all the same, as ``trec_eval`` does: what it does not show is not relevant. Ties have been broken by the
ranking's order; a document that comes twice counts at its first place.
"""

from collections.abc import Collection, Sequence


def precision_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """In [0, 1], higher is better.

    Args:
        ranking: document ids, best first.
        relevant: ids of the documents that answer the question.
        k: at least 1.
    """
    return found_among(ranking, relevant, k) / k


def found_among(ranking: Sequence[str], relevant: Collection[str], k: int) -> int:
    """How many relevant documents stand among the first ``k``."""
    return len(set(ranking[:k]) & set(relevant))
