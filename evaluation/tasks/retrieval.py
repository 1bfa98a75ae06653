"""Ranking passages: which documents each search finds, and in which order the ranker puts them."""

from components.retrievers.hybrid import HybridRetriever
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.metrics.ranking import hit_at, rank_of_first
from evaluation.outcome import Failure, Outcome
from evaluation.places import Gold, Indexed
from evaluation.tasks.measured import TOP, all_ranking_values, ranking_values, rankings_of
from pipelines.asking import stage_of
from pipelines.service import QAService


class Retrieval:
    """Searches an open service's index and reranks, without reading.

    Args:
        service: holds the corpus of the data.
        dataset: whose questions are asked; those without an answer are not, since no ranking is right for them.
        gold: where its documents stand.
    """

    def __init__(self, service: QAService, dataset: DataSet, gold: Gold) -> None:
        self._dataset = dataset
        self._gold = gold
        self._service = service
        self._candidates = stage_of(service.pipelines()["asking"], HybridRetriever).top_k
        self._indexed = Indexed(service, gold)

    def warm_up(self) -> None:
        """Load the models."""
        self._service.prepare()

    def outcome(self, question: DataSetQuestion) -> Outcome:
        """Search for one question."""
        trace = self._service.trace(question.text, until="ranker", groups=question.groups)
        places = rankings_of(trace)
        ranks = {
            stage: rank_of_first([any(self._gold.holds(question, place) for place in around) for around in passages])
            for stage, passages in places.items()
        }
        first = trace.ranked[0] if trace.ranked else None
        right = hit_at(ranks["reranked"], TOP)
        return Outcome(
            id=question.id,
            question=question.text,
            task="retrieval",
            references=(),
            right=right,
            values=all_ranking_values(places, self._gold, question, self._candidates),
            ranks=ranks,
            failure=None if right else self._failure(question, ranks["reranked"]),
            seconds=trace.seconds,
            language=trace.query.language,
            kind=trace.query.kind,
            passage="" if first is None else first.content or "",
            expected_passage=self._dataset.documents.get(next(iter(question.relevant)), ""),
            source="" if first is None else str(first.meta["source"]),
        )

    def _failure(self, question: DataSetQuestion, reranked: int | None) -> Failure:
        if not self._gold.is_extracted(question):
            return "not_extracted"
        if not self._indexed.holds(question):
            return "not_indexed"
        return "not_retrieved" if reranked is None else "lost_by_reranker"


class FinishedRun:
    """Judges the rankings of a TREC run, which were made elsewhere.

    Args:
        dataset: the run with its judgements.
    """

    def __init__(self, dataset: DataSet) -> None:
        self._dataset = dataset
        self._depth = max(len(ranking) for ranking in dataset.rankings.values())

    def warm_up(self) -> None:
        """Nothing to load."""

    def outcome(self, question: DataSetQuestion) -> Outcome:
        """Judge one question's ranking."""
        ranking = self._dataset.rankings[question.id]
        rank = rank_of_first([document in question.relevant for document in ranking])
        right = hit_at(rank, TOP)
        return Outcome(
            id=question.id,
            question=question.text,
            task="retrieval",
            references=(),
            right=right,
            values=ranking_values(ranking, question.relevant, depth=self._depth),
            ranks={"reranked": rank},
            failure=None if right else "not_retrieved",
        )
