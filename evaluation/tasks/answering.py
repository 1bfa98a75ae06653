"""Asking the whole system without saying where the answers stand: closed-corpus answering, and matching a FAQ.

Every question is asked at threshold 0, so that the best answer is known however unsure, and what the threshold in
force makes of it is told from its confidence.
"""

from collections.abc import Mapping, Sequence

from components.answers.calibration import BUNDLED, Calibrator
from components.answers.composer import AnswerComposer
from components.retrievers.hybrid import HybridRetriever
from components.types import Answer, Passage
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.failures import Way, failure_of
from evaluation.gold import TextPlace
from evaluation.metrics.answers import exact_match, f1, is_right
from evaluation.metrics.ranking import rank_of_first
from evaluation.outcome import Outcome, Task
from evaluation.places import Gold, Indexed, place_of
from evaluation.tasks.measured import all_ranking_values, rankings_of
from pipelines.asking import stage_of
from pipelines.service import QAService

WARM_UP = "Which question is asked by nobody?"
"""Asked before the first question that is timed: the encoder remembers what it has seen."""


class Answering:
    """Asks an open service, and looks at what every stage gives.

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
        self._candidates = stage_of(pipeline, HybridRetriever).top_k
        self._threshold = stage_of(pipeline, AnswerComposer).threshold
        calibrator = service.settings.answers.calibrator
        self._calibrator = Calibrator.load(BUNDLED if calibrator is None else calibrator)
        self._indexed = Indexed(service, gold)

    def warm_up(self) -> None:
        """Load the models."""
        self._service.ask(WARM_UP, threshold=0.0)

    def outcome(self, question: DataSetQuestion) -> Outcome:
        """Ask one question."""
        trace = self._service.trace(question.text, threshold=0.0, groups=question.groups)
        passages = [Passage.from_document(document) for document in trace.ranked]
        best = trace.answered.answers[0] if trace.answered is not None and trace.answered.answers else None
        rankings = rankings_of(trace)
        ranks = {stage: self._rank(question, places) for stage, places in rankings.items()}
        right = best is not None and self._is_right(question, best)
        given = best is not None and best.confidence >= self._least(best)
        prediction = "" if best is None else exact_words(best)
        failure = failure_of(
            self._way(question, passages, best, ranks), answerable=question.answerable, right=right, given=given
        )
        values = answer_values(prediction, question.references, right=right, given=given)
        if question.answerable:
            values |= all_ranking_values(rankings, self._gold, question, self._candidates)
        judged = self._judged(question, passages)
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
            values=values,
            ranks=ranks if question.answerable else {},
            failure=failure,
            seconds=trace.seconds,
            language=question.language or trace.query.language,
            kind=question.kind or trace.query.kind,
            passage="" if best is None else best.passage,
            expected_passage=self._expected(question),
            source="" if best is None else best.source,
            answering=tuple(logit for logit, holds in judged if holds),
            lacking=tuple(logit for logit, holds in judged if not holds),
        )

    def _judged(self, question: DataSetQuestion, passages: Sequence[Passage]) -> list[tuple[float, bool]]:
        """The ranker's logit of each candidate, and whether it answers; nothing where no ranker tells them."""
        return [
            (round(passage.scores["relevance"], 4), self._gold.holds(question, place_of(passage)))
            for passage in passages
            if "relevance" in passage.scores
        ]

    def _rank(self, question: DataSetQuestion, places: Sequence[Sequence[TextPlace]]) -> int | None:
        return rank_of_first([any(self._gold.holds(question, place) for place in around) for around in places])

    def _is_right(self, question: DataSetQuestion, answer: Answer) -> bool:
        if self._task == "faq" and self._gold.holds(question, TextPlace(answer.source, answer.start, answer.end)):
            return True
        return is_right(answer.text, answer.kind, question.references)

    def _least(self, answer: Answer) -> float:
        return self._calibrator.threshold(answer.kind) if self._threshold is None else self._threshold

    def _way(
        self,
        question: DataSetQuestion,
        passages: Sequence[Passage],
        best: Answer | None,
        ranks: Mapping[str, int | None],
    ) -> Way:
        if not question.answerable:
            return Way()
        source = None if best is None else rank_of_passage(best, passages)
        in_right = source is not None and self._gold.holds(question, place_of(passages[source - 1]))
        return Way(
            extracted=self._gold.is_extracted(question),
            indexed=self._indexed.holds(question),
            fused=ranks["fused"],
            reranked=ranks["reranked"],
            answered_from=source,
            touches=in_right and best is not None and f1(exact_words(best), question.references) > 0,
        )

    def _expected(self, question: DataSetQuestion) -> str:
        key = next(iter(question.relevant), question.document)
        return self._dataset.documents.get(key, "")


def exact_words(answer: Answer) -> str:
    """What is compared with a reference word by word: what a display marks, whatever the unit that is shown."""
    return answer.words if answer.words and answer.kind != "faq" else answer.text


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


def rank_of_passage(answer: Answer, passages: Sequence[Passage]) -> int | None:
    """1-based rank of the passage that an answer comes from."""
    places = [(each.source, each.start) for each in passages]
    place = (answer.source, answer.passage_start)
    return places.index(place) + 1 if place in places else None
