"""Asking the whole system as a user does, and judging what it shows by the words that decide.

A question is asked twice: with the settings in force, which tells what is given and which passages are listed, and at
threshold 0, which tells the best answer however unsure and how far it came.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from haystack import Document

from components.types import Answer, Passage, Reply
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.failures import Way, failure_of
from evaluation.metrics.containment import answers, contains, held
from evaluation.metrics.ranking import rank_of_first
from evaluation.outcome import Outcome
from evaluation.places import named_sources, places_of
from evaluation.tasks.answering import WARM_UP, rank_of_passage
from pipelines.asking import Trace
from pipelines.replies import UserQuestion
from pipelines.service import QAService

_TOP = 3
"""Answers that count at threshold 0."""

_LISTED = 5
"""Passages that count."""

_KEPT_TEXTS = 8


class ContainmentAnswering:
    """Asks an open service, and judges by containment.

    Args:
        service: holds the corpus of the data.
        dataset: whose questions are asked.

    Raises:
        InputError: a question of the user's own names a source that is not indexed.
    """

    def __init__(self, service: QAService, dataset: DataSet) -> None:
        self._service = service
        names = [info.source for info in service.sources()]
        self._texts = Texts(service)
        find = named_sources if dataset.form == "own" else _sources_among
        self._sources = {each.id: frozenset(find(each, names)) for each in dataset.questions if each.answerable}
        self._names = names

    def warm_up(self) -> None:
        """Load the models."""
        self._service.ask(WARM_UP)

    def outcome(self, question: DataSetQuestion) -> Outcome:
        """Ask one question."""
        asked = UserQuestion(question.text, groups=question.groups)
        reply = self._service.ask_batch([asked])[0]
        trace = self._service.trace(asked, top=_TOP, threshold=0.0)
        unsure = trace.answered.answers if trace.answered is not None else ()
        given = reply.answers[0] if reply.answers else None
        best = given if given is not None else next(iter(unsure), None)
        right = best is not None and _is_right(question, best)
        ranks = self._ranks(question, trace) if question.answerable else {}
        way = self._way(question, trace, best, ranks) if question.answerable and not right else Way()
        return Outcome(
            id=question.id,
            question=question.text,
            task="answering",
            references=question.references,
            prediction="" if best is None else shown(best),
            confidence=0.0 if best is None else best.confidence,
            given=given is not None,
            right=right,
            answerable=question.answerable,
            values=_values(question, reply, unsure),
            ranks=ranks,
            failure=failure_of(way, answerable=question.answerable, right=right, given=given is not None),
            seconds=reply.seconds,
            language=question.language or trace.query.language,
            kind=question.kind or trace.query.kind,
            corpus=question.corpus,
            passage="" if best is None else best.passage,
            source="" if best is None else best.source,
        )

    def _ranks(self, question: DataSetQuestion, trace: Trace) -> dict[str, int | None]:
        rankings = {**trace.searches, "fused": trace.fused, "reranked": trace.ranked}
        return {
            name: rank_of_first([self._answers(question, document) for document in found])
            for name, found in rankings.items()
        }

    def _answers(self, question: DataSetQuestion, passage: Document) -> bool:
        """Whether a passage holds the answer, and is of a source that is known to answer the question, if any is."""
        sources = self._sources[question.id]
        is_of_them = not sources or any(place.source in sources for place in places_of(passage))
        return is_of_them and contains(question.references, passage.content or "", every=question.every)

    def _way(
        self, question: DataSetQuestion, trace: Trace, best: Answer | None, ranks: Mapping[str, int | None]
    ) -> Way:
        sources = self._sources[question.id]
        where = sorted(sources) if sources or question.sources else self._names
        passages = [Passage.from_document(document) for document in trace.ranked]
        return Way(
            extracted=self._is_extracted(question, where),
            indexed=any(
                contains(question.references, each, every=question.every)
                for name in where
                for each in self._texts.passages(name)
            ),
            fused=ranks["fused"],
            reranked=ranks["reranked"],
            answered_from=None if best is None else rank_of_passage(best, passages),
            touches=best is not None and held(question.references, shown(best)) > 0,
        )

    def _is_extracted(self, question: DataSetQuestion, where: Sequence[str]) -> bool:
        """Whether the texts of sources hold the expected words; the items of a list may stand in several."""
        found = (any(held([words], self._texts.text(name)) for name in where) for words in question.references)
        return all(found) if question.every else any(found)


class Texts:
    """The extracted texts and the passages of sources; the latest are kept.

    Args:
        service: holds them.
    """

    def __init__(self, service: QAService) -> None:
        self._detail = lru_cache(_KEPT_TEXTS)(service.source)

    def text(self, name: str) -> str:
        """The whole text of a source."""
        return self._detail(name).text

    def passages(self, name: str) -> list[str]:
        """The texts of its passages."""
        return [passage.text for passage in self._detail(name).passages]


def shown(answer: Answer) -> str:
    """What a reader sees of an answer first: its words, and the sentence or list that holds them."""
    return f"{answer.text} \n {answer.sentence or ''}"


def _is_right(question: DataSetQuestion, answer: Answer) -> bool:
    return question.answerable and answers(question.references, shown(answer), every=question.every)


def _values(question: DataSetQuestion, reply: Reply, unsure: Sequence[Answer]) -> dict[str, float]:
    """What the reply is worth, and the first answers at threshold 0."""
    given, every = bool(reply.answers), question.every
    right = given and _is_right(question, reply.answers[0])
    of_given = {"right_of_given": float(right)} if given else {}
    if not question.answerable:
        return {"withheld_of_unanswerable": float(not given)} | of_given
    first = [_is_right(question, answer) for answer in unsure[:_TOP]]
    listed = [contains(question.references, passage.text, every=every) for passage in reply.passages[:_LISTED]]
    return {
        "right_and_given": float(right),
        **of_given,
        "right_in_text": float(given and contains(question.references, reply.answers[0].text, every=every)),
        "right": float(any(first[:1])),
        f"right_among_{_TOP}": float(any(first)),
        "passage_first": float(any(listed[:1])),
        f"passage_among_{_LISTED}": float(any(listed)),
    }


def _sources_among(question: DataSetQuestion, names: Sequence[str]) -> list[str]:
    """The indexed sources that a question names; one that was not read is not among them."""
    return [name for name in names for wanted in question.sources if f"/{name}".endswith(f"/{wanted}")]
