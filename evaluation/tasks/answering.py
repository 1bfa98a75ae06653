"""Asking the whole system without saying where the answers stand: closed-corpus answering, and matching a FAQ.

Every question is asked at threshold 0, so that the best answer is known however unsure, and what the threshold in
force makes of it is told from its confidence.
"""

from collections.abc import Mapping, Sequence

from components.answers.calibration import BUNDLED, Calibrator
from components.answers.composer import AnswerComposer
from components.types import Answer, Passage, Reply
from evaluation.data.dataset import DataSet, Question
from evaluation.failures import Way, failure_of
from evaluation.gold import Place
from evaluation.judging import is_right
from evaluation.metrics.exact_match import exact_match
from evaluation.metrics.f1 import f1
from evaluation.metrics.hit_rate import rank_of_first
from evaluation.outcome import Outcome, Task
from evaluation.places import Gold, Indexed, place_of
from evaluation.ranking import Searcher, places_of, stage_of
from evaluation.tasks.measured import documents_in, ranking_values
from pipelines.service import QAService

WARM_UP = "Which question is asked by nobody?"
"""Asked before the first question that is timed: the encoder remembers what it has seen."""


class Answering:
    """Asks an open service, and looks up what its two searches find alone.

    Args:
        service: holds the corpus of the data.
        dataset: whose questions are asked.
        gold: where its documents stand.
        task: "answering", or "faq", where the right answer is that of a certain row.
    """

    def __init__(self, service: QAService, dataset: DataSet, gold: Gold, task: Task) -> None:
        self._service = service
        self._dataset = dataset
        self._gold = gold
        self._task = task
        pipeline = service.pipelines()["asking"]
        self._searcher = Searcher(pipeline, service.status().languages)
        self._threshold = stage_of(pipeline, AnswerComposer).threshold
        calibrator = service.settings.calibrator
        self._calibrator = Calibrator.load(BUNDLED if calibrator is None else calibrator)
        self._indexed = Indexed(service, gold)

    def warm_up(self) -> None:
        """Load the models."""
        self._service.ask(WARM_UP, threshold=0.0)

    def outcome(self, question: Question) -> Outcome:
        """Ask one question."""
        reply = self._service.ask(question.text, threshold=0.0, explain=True, groups=question.groups)
        best = reply.answers[0] if reply.answers else None
        rankings = self._rankings(question, reply)
        ranks = {stage: self._rank(question, places) for stage, places in rankings.items()}
        right = best is not None and self._is_right(question, best)
        given = best is not None and best.confidence >= self._least(best)
        prediction = "" if best is None else best.text
        failure = failure_of(
            self._way(question, reply, best, ranks), answerable=question.answerable, right=right, given=given
        )
        values = answer_values(prediction, question.references, right=right, given=given)
        judged = self._judged(question, reply)
        return Outcome(
            id=question.id,
            question=question.text,
            task=self._task,
            references=question.references,
            prediction=prediction,
            confidence=0.0 if best is None else best.confidence,
            given=given,
            right=right,
            answerable=question.answerable,
            values=values | self._ranking_values(question, rankings),
            ranks=ranks if question.answerable else {},
            failure=failure,
            seconds=reply.seconds,
            language=reply.query.language,
            kind=reply.query.kind,
            passage="" if best is None else best.passage,
            expected_passage=self._expected(question),
            source="" if best is None else best.source,
            answering=tuple(logit for logit, holds in judged if holds),
            lacking=tuple(logit for logit, holds in judged if not holds),
        )

    def _judged(self, question: Question, reply: Reply) -> list[tuple[float, bool]]:
        """The ranker's logit of each candidate, and whether it answers; nothing where no ranker tells them."""
        return [
            (round(passage.scores["relevance"], 4), self._gold.holds(question, place_of(passage)))
            for passage in reply.passages
            if "relevance" in passage.scores
        ]

    def _rankings(self, question: Question, reply: Reply) -> dict[str, list[tuple[Place, ...]]]:
        found = self._searcher.search(question.text, groups=question.groups, rerank=False).rankings
        # Of equals in the order of the search: that of the reply is the ranker's.
        searched = {places_of(document)[0]: rank for rank, document in enumerate(found["fused"])}
        fused = sorted(
            reply.passages,
            key=lambda passage: (-passage.scores["fused"], searched.get(place_of(passage), len(searched))),
        )
        return {
            "dense": [places_of(document) for document in found["dense"]],
            "lexical": [places_of(document) for document in found["lexical"]],
            "fused": [(place_of(passage),) for passage in fused],
            "reranked": [(place_of(passage),) for passage in reply.passages],
        }

    def _rank(self, question: Question, places: Sequence[Sequence[Place]]) -> int | None:
        return rank_of_first([any(self._gold.holds(question, place) for place in around) for around in places])

    def _ranking_values(self, question: Question, rankings: Mapping[str, list[tuple[Place, ...]]]) -> dict[str, float]:
        values: dict[str, float] = {}
        if not question.answerable:
            return values
        # The final ranking first, as reports show it.
        for stage, places in reversed(list(rankings.items())):
            ranking = documents_in(places, self._gold, question)
            prefix, depth = ("", self._searcher.candidates) if stage == "reranked" else (stage, self._searcher.limit)
            values |= ranking_values(ranking, question.relevant, depth=depth, stage=prefix)
        return values

    def _is_right(self, question: Question, answer: Answer) -> bool:
        if self._task == "faq" and self._gold.holds(question, Place(answer.source, answer.start, answer.end)):
            return True
        return is_right(answer.text, answer.kind, question.references)

    def _least(self, answer: Answer) -> float:
        return self._calibrator.threshold(answer.kind) if self._threshold is None else self._threshold

    def _way(self, question: Question, reply: Reply, best: Answer | None, ranks: Mapping[str, int | None]) -> Way:
        if not question.answerable:
            return Way()
        source = None if best is None else _passage_of(best, reply.passages)
        in_right = source is not None and self._gold.holds(question, place_of(reply.passages[source - 1]))
        return Way(
            indexed=self._indexed.holds(question),
            fused=ranks["fused"],
            reranked=ranks["reranked"],
            answered_from=source,
            touches=in_right and best is not None and f1(best.text, question.references) > 0,
        )

    def _expected(self, question: Question) -> str:
        key = next(iter(question.relevant), question.document)
        return self._dataset.documents.get(key, "")


def answer_values(prediction: str, references: Sequence[str], *, right: bool, given: bool) -> dict[str, float]:
    """What an answer is worth: as it is, where the question has one, and as the threshold lets it through."""
    shown = prediction if given else ""
    values = {
        "exact_match_at_threshold": exact_match(shown, references),
        "f1_at_threshold": f1(shown, references),
        "right_at_threshold": float(right and given) if references else float(not given),
    }
    if not references:
        return values
    return {
        "exact_match": exact_match(prediction, references),
        "f1": f1(prediction, references),
        "right": float(right),
        **values,
    }


def _passage_of(answer: Answer, passages: Sequence[Passage]) -> int | None:
    """1-based rank of the passage that an answer comes from."""
    places = [(each.source, each.start) for each in passages]
    place = (answer.source, answer.passage_start)
    return places.index(place) + 1 if place in places else None
