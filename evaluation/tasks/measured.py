"""What every task has in common, and the values of the rankings that several of them report."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from components.retrievers.hybrid import LEAST_PER_SIDE
from evaluation.data.dataset import DataSetQuestion
from evaluation.gold import TextPlace
from evaluation.metrics.ranking import ranking_metrics
from evaluation.outcome import Outcome
from evaluation.places import Gold, places_of
from pipelines.asking import Trace

CUTOFFS = (1, 5, 10, 30, 100)
"""Recall and hit rate are reported at these, as far as rankings reach."""

TOP = 10
"""The cutoff of the metrics that have one only."""


class MeasuredTask(Protocol):
    """A task on one data set."""

    def warm_up(self) -> None:
        """Load the models, so that the first question takes no longer than the others."""

    def outcome(self, question: DataSetQuestion) -> Outcome:
        """Ask one question."""


def ranking_values(
    ranking: Sequence[str], grades: Mapping[str, int], *, depth: int, stage: str = ""
) -> dict[str, float]:
    """The metrics of one ranking by stable name, such as ``ndcg@10``.

    Args:
        ranking: document ids, best first.
        grades: of the documents that answer the question; each above 0.
        depth: how many documents the ranking could have held; no cutoff goes beyond.
        stage: is put before the names ("dense_ndcg@10"); "" for the final ranking.
    """
    names = [f"ndcg@{TOP}", f"mrr@{TOP}", f"map@{depth}", f"precision@{TOP}", f"set_f1@{TOP}"]
    names += [f"{metric}@{k}" for metric in ("recall", "hit") for k in CUTOFFS if k <= depth]
    values = ranking_metrics(ranking, grades, names)
    return {f"{stage}_{name}" if stage else name: value for name, value in values.items()}


def rankings_of(trace: Trace) -> dict[str, list[tuple[TextPlace, ...]]]:
    """Where the passages of every ranking of a trace stand, best first, by the ranking's name."""
    rankings = {**trace.searches, "fused": trace.fused, "reranked": trace.ranked}
    return {name: [places_of(document) for document in found] for name, found in rankings.items()}


def all_ranking_values(
    rankings: Mapping[str, Sequence[Sequence[TextPlace]]], gold: Gold, question: DataSetQuestion, candidates: int
) -> dict[str, float]:
    """The metrics of all rankings of :func:`rankings_of`, the final one first, as reports show it.

    Args:
        rankings: by name.
        gold: what a passage holds.
        question: has an answer.
        candidates: passages that the retriever gives at most; each search gives at least ``LEAST_PER_SIDE``.
    """
    values: dict[str, float] = {}
    for name, places in reversed(list(rankings.items())):
        depth = candidates if name in ("fused", "reranked") else max(candidates, LEAST_PER_SIDE)
        ranking = documents_in(places[:depth], gold, question)
        stage = "" if name == "reranked" else name
        values |= ranking_values(ranking, question.relevant, depth=depth, stage=stage)
    return values


def documents_in(places: Iterable[Sequence[TextPlace]], gold: Gold, question: DataSetQuestion) -> list[str]:
    """The documents of a ranking of passages, each at its first passage; a passage takes one place.

    Args:
        places: of each passage, best first; several where it stands for near duplicates.
        gold: what a passage holds.
        question: a passage that answers it counts as the right documents that it holds, or as the only one there is.
            Any other counts as the first document that it holds, or as one of its own.
    """
    ranking: dict[str, None] = {}
    for number, around in enumerate(places):
        keys = [key for place in around for key in gold.keys_at(place)]
        if any(gold.holds(question, place) for place in around):
            held = [key for key in keys if key in question.relevant] or list(question.relevant)
        else:
            held = [key for key in keys if key not in question.relevant][:1]
        ranking |= dict.fromkeys(held or [f"\x01{number}"])  # trec_eval takes what follows a NUL for nothing
    return list(ranking)
