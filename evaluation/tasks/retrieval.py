"""Ranking passages: which documents each search finds, and in which order the ranker puts them."""

from components.embedders.dense import TextEmbedder
from components.rankers.cross_encoder import CrossEncoderRanker
from evaluation.data.dataset import DataSet, Question
from evaluation.metrics.hit_rate import hit_at, rank_of_first
from evaluation.outcome import Failure, Outcome
from evaluation.places import Gold, Indexed
from evaluation.ranking import Searcher, places_of, stage_of
from evaluation.tasks.measured import TOP, documents_in, ranking_values
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
        self._pipeline = service.pipelines()["asking"]
        self._searcher = Searcher(self._pipeline, service.status().languages)
        self._indexed = Indexed(service, gold)

    def warm_up(self) -> None:
        """Load the models."""
        stage_of(self._pipeline, TextEmbedder).warm_up()
        stage_of(self._pipeline, CrossEncoderRanker).warm_up()

    def outcome(self, question: Question) -> Outcome:
        """Search for one question."""
        found = self._searcher.search(question.text, groups=question.groups, rerank=True)
        places = {stage: [places_of(each) for each in documents] for stage, documents in found.rankings.items()}
        ranks = {
            stage: rank_of_first([any(self._gold.holds(question, place) for place in around) for around in passages])
            for stage, passages in places.items()
        }
        values: dict[str, float] = {}
        # The final ranking first, as reports show it.
        for stage, passages in reversed(places.items()):
            prefix, depth = ("", self._searcher.candidates) if stage == "reranked" else (stage, self._searcher.limit)
            ranking = documents_in(passages, self._gold, question)
            values |= ranking_values(ranking, question.relevant, depth=depth, stage=prefix)
        first = found.rankings["reranked"][0] if found.rankings["reranked"] else None
        right = bool(hit_at(ranks["reranked"], TOP))
        return Outcome(
            id=question.id,
            question=question.text,
            task="retrieval",
            references=(),
            right=right,
            values=values,
            ranks=ranks,
            failure=None if right else self._failure(question, ranks["reranked"]),
            seconds=found.seconds,
            language=found.query.language,
            kind=found.query.kind,
            passage="" if first is None else first.content or "",
            expected_passage=self._dataset.documents.get(next(iter(question.relevant)), ""),
            source="" if first is None else str(first.meta["source"]),
        )

    def _failure(self, question: Question, reranked: int | None) -> Failure:
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

    def outcome(self, question: Question) -> Outcome:
        """Judge one question's ranking."""
        ranking = self._dataset.rankings[question.id]
        rank = rank_of_first([document in question.relevant for document in ranking])
        right = bool(hit_at(rank, TOP))
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
