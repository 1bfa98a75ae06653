"""Metrics of one ranking, as ``trec_eval`` computes them, by :mod:`ir_measures`.

Documents with a grade above 0 are relevant. An empty or short ranking simply holds nothing more. Ties have been broken
by the ranking's order. Without any relevant document there is no figure: NaN.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import ir_measures

_MEASURES = {
    "ndcg": ir_measures.nDCG,  # linear gains, as ndcg_cut
    "mrr": ir_measures.RR,
    "map": ir_measures.AP,
    "precision": ir_measures.P,
    "recall": ir_measures.R,
    "hit": ir_measures.Success,
}
_F1 = "set_f1"


def ranking_metrics(ranking: Sequence[str], grades: Mapping[str, int], names: Iterable[str]) -> dict[str, float]:
    """The metrics of these names, each in [0, 1], higher is better.

    Args:
        ranking: document ids, best first, none twice.
        grades: by document id; higher is more relevant.
        names: ``ndcg``, ``mrr``, ``map``, ``precision``, ``recall``, ``hit`` (whether anything relevant is there) or
            ``set_f1`` (the harmonic mean of precision and recall), each with its cutoff, such as ``ndcg@10``.
    """
    wanted = tuple(names)
    if not any(grade > 0 for grade in grades.values()):
        return dict.fromkeys(wanted, float("nan"))
    run = {"": {document: -float(rank) for rank, document in enumerate(ranking)}}
    measures = {measure: name for name in wanted for measure, name in _measures_of(name)}
    found = {
        measures[each.measure]: each.value for each in ir_measures.iter_calc(list(measures), {"": dict(grades)}, run)
    }
    return {name: _f1(found, name) if name.startswith(_F1) else found[name] for name in wanted}


def rank_of_first(right: Iterable[bool]) -> int | None:
    """1-based rank of the first right item; None where there is none."""
    return next((rank for rank, is_right in enumerate(right, start=1) if is_right), None)


def hit_at(rank: int | None, k: int) -> bool:
    """Whether the first right item stands at rank ``k`` or before."""
    return rank is not None and rank <= k


@cache
def _measures_of(name: str) -> tuple[tuple[Any, str], ...]:
    """What has to be computed for a metric."""
    kind, _, cutoff = name.partition("@")
    if kind == _F1:
        return (*_measures_of(f"precision@{cutoff}"), *_measures_of(f"recall@{cutoff}"))
    return ((_MEASURES[kind] @ int(cutoff), name),)


def _f1(found: Mapping[str, float], name: str) -> float:
    precision, recall = (found[name.replace(_F1, part)] for part in ("precision", "recall"))
    return 2 * precision * recall / (precision + recall) if precision else 0.0
