"""F1 at k: the harmonic mean of precision and recall of the first k of a ranking, taken as a set.

F1@k = 2 P@k R@k / (P@k + R@k) = 2 |relevant among the first k| / (k + |relevant|) (van Rijsbergen 1979; Manning,
Raghavan and Schütze 2008, section 8.3). 0 where nothing relevant is found; NaN without any relevant document.
"""

from collections.abc import Collection, Sequence

from evaluation.metrics.precision import found_among


def set_f1_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """In [0, 1], higher is better; see :func:`evaluation.metrics.precision.precision_at` for the arguments."""
    if not relevant:
        return float("nan")
    return 2 * found_among(ranking, relevant, k) / (k + len(set(relevant)))
