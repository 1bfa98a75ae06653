"""Normalised discounted cumulative gain at k: graded relevance, the more the nearer to the top.

DCG@k = sum over ranks i <= k of grade_i / log2(i + 1); nDCG@k divides it by the DCG@k of the ideal order (Järvelin and
Kekäläinen 2002, with the discount of ``ndcg_cut`` of ``trec_eval``: linear gains, rank 1 not discounted). Documents
without a grade, or with one of 0 or less, gain nothing. NaN where no document has a grade above 0. Ties have been
broken by the ranking's order; a document that comes twice counts at its first place.
"""

import math
from collections.abc import Mapping, Sequence


def ndcg_at(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """In [0, 1], higher is better.

    Args:
        ranking: document ids, best first.
        grades: by document id; higher is more relevant.
        k: at least 1.
    """
    ideal = _dcg(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k])
    if not ideal:
        return float("nan")
    seen: set[str] = set()
    gains = []
    for document in ranking[:k]:
        gains.append(0 if document in seen else max(grades.get(document, 0), 0))
        seen.add(document)
    return _dcg(gains) / ideal


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
