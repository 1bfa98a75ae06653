"""Joins the scores of several searches into one; pure: scores by id in, scores by id out, all in [0, 1].

Min-max normalisation: ``(score - least) / (greatest - least)`` over one list. A list of one, and a list of
equal scores, normalises to 1.0 throughout: it found these and ranks none above another.
"""

from collections.abc import Mapping, Sequence


def min_max(scores: Mapping[str, float]) -> dict[str, float]:
    """Every score in [0, 1], the best at 1 and the worst at 0."""
    if not scores:
        return {}
    least, greatest = min(scores.values()), max(scores.values())
    if greatest == least:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - least) / (greatest - least) for key, score in scores.items()}


def convex(dense: Mapping[str, float], lexical: Mapping[str, float], dense_weight: float) -> dict[str, float]:
    """``dense_weight * dense + (1 - dense_weight) * lexical`` of the normalised scores; a missing side is 0.

    Bruch, Gai and Ingber: An Analysis of Fusion Functions for Hybrid Retrieval. ACM TOIS 42(1), 2023.

    Args:
        dense: cosines by id.
        lexical: BM25 scores by id.
        dense_weight: in [0, 1].
    """
    near, shared = min_max(dense), min_max(lexical)
    return {
        key: dense_weight * near.get(key, 0.0) + (1.0 - dense_weight) * shared.get(key, 0.0) for key in near | shared
    }


def reciprocal_rank(lists: Sequence[Mapping[str, float]], k: int = 60) -> dict[str, float]:
    """``sum over lists of 1 / (k + rank)``, divided by what a key gets that is first in all lists.

    Ranks count from 1; equal scores share the best of their ranks; a missing key adds nothing.
    Cormack, Clarke and Buettcher: Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank Learning
    Methods. SIGIR 2009.

    Args:
        lists: scores by id, higher is better.
        k: lessens the weight of the first ranks.
    """
    fused: dict[str, float] = {}
    for scores in lists:
        for key, rank in _ranks(scores).items():
            fused[key] = fused.get(key, 0.0) + 1.0 / (k + rank)
    best = len(lists) / (k + 1)
    return {key: score / best for key, score in fused.items()}


def _ranks(scores: Mapping[str, float]) -> dict[str, int]:
    first: dict[float, int] = {}
    for rank, score in enumerate(sorted(scores.values(), reverse=True), start=1):
        first.setdefault(score, rank)
    return {key: first[score] for key, score in scores.items()}
