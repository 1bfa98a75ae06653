"""Reading a given paragraph: how well the reader finds the words, and how well it tells that there are none.

The reader alone, without ranker and calibrator: the confidence is that of its span against its own null score, and
an answer is given where it prefers the span, from 0.5.
"""

from time import perf_counter

from haystack import Document

from components.languages.detect import detect_language
from components.query.kinds import question_kind
from components.readers.extractive import ExtractiveReader
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.failures import Way, failure_of
from evaluation.metrics.answers import f1, is_right
from evaluation.outcome import Outcome
from evaluation.tasks.answering import WARM_UP, answer_values
from pipelines.settings import Settings

GIVEN_FROM = 0.5
"""The reader prefers a span to no answer from this confidence."""


class Reading:
    """Hands every question to the reader with its own paragraph.

    Args:
        settings: which reader, and how it runs.
        dataset: SQuAD-like, so that every question has a paragraph.
    """

    def __init__(self, settings: Settings, dataset: DataSet) -> None:
        self._dataset = dataset
        self._reader = ExtractiveReader(
            settings.models.reader,
            with_context=settings.search.with_context,
            max_answer_tokens=settings.answers.max_answer_tokens,
            **settings.model_parameters(),
        )

    def warm_up(self) -> None:
        """Load the reader."""
        self._reader.warm_up()
        self._reader.run(WARM_UP, [Document(content=WARM_UP)])

    def outcome(self, question: DataSetQuestion) -> Outcome:
        """Read one paragraph."""
        paragraph = self._dataset.documents[question.document]
        started = perf_counter()
        answers = self._reader.run(question.text, [Document(content=paragraph)])["answers"]
        seconds = perf_counter() - started
        prediction = answers[0].data or "" if answers else ""
        confidence = answers[0].score if answers else 0.0
        right, given = is_right(prediction, "span", question.references), confidence >= GIVEN_FROM
        language, _ = detect_language(question.text)
        way = Way(touches=bool(question.references) and f1(prediction, question.references) > 0)
        return Outcome(
            id=question.id,
            question=question.text,
            task="reading",
            references=question.references,
            prediction=prediction,
            confidence=confidence,
            given=given,
            right=right,
            answerable=question.answerable,
            values=answer_values(prediction, question.references, right=right, given=given),
            failure=failure_of(way, answerable=question.answerable, right=right, given=given),
            seconds={"reader": seconds, "total": seconds},
            language=language,
            kind=question_kind(question.text, language),
            passage=paragraph,
            expected_passage=paragraph,
        )
