"""Recall at k: the share of the relevant documents that is among the first k of a ranking.

R@k = |relevant among the first k| / |relevant| (Manning, Raghavan and Schütze 2008, section 8.4). Without any relevant
document it is undefined: NaN. An empty or short ranking simply holds nothing more. Ties have been broken by the
ranking's order.
"""

from collections.abc import Collection, Sequence

from evaluation.metrics.precision import found_among


def recall_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """In [0, 1], higher is better; see :func:`evaluation.metrics.precision.precision_at` for the arguments."""
    if not relevant:
        return float("nan")
    return found_among(ranking, relevant, k) / len(set(relevant))
