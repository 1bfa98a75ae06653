"""Average precision at k: the mean of the precisions at the ranks of the relevant documents; over questions, MAP.

AP@k = 1 / |relevant| * sum over ranks i <= k that hold a relevant document of P@i (Manning, Raghavan and Schütze 2008,
section 8.4; ``map_cut`` of ``trec_eval``). Relevant documents that are not found add nothing, and the divisor counts
them all, however small k is. NaN without any relevant document. Ties have been broken by the ranking's order; a
document that comes twice counts at its first place.
"""

from collections.abc import Collection, Sequence


def average_precision_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """In [0, 1], higher is better; see :func:`evaluation.metrics.precision.precision_at` for the arguments."""
    if not relevant:
        return float("nan")
    found: set[str] = set()
    total = 0.0
    for rank, document in enumerate(ranking[:k], start=1):
        if document in relevant and document not in found:
            found.add(document)
            total += len(found) / rank
    return total / len(set(relevant))
