"""Spans and passages -> merged, calibrated answers, or an honest "not found".

In: the understood question, the reranked passages, what the reader made of them. Out: answers, best first, each with
its place, unit, support and confidence. Knows nothing of how passages were found or read, only of their scores.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.dataclasses import ExtractedAnswer

from components.answers.calibration import BUNDLED, Calibrator
from components.answers.candidates import source_of
from components.answers.merging import contains_wording
from components.answers.scoring import AnswerPlace, Scored, answer_places
from components.answers.units import apart, statement_around, stretch_of
from components.models.distribution import SpanDistribution
from components.types import Answer, AnswerKind, Evidence, Query

CONFIDENT = 0.5
"""Answers from this confidence can contradict each other; below, one is as likely wrong as the other."""

_COMPARED: frozenset[AnswerKind] = frozenset({"span", "faq"})
"""Longer units say more than what answers, and may differ without contradicting each other."""

DIFFER = "The documents give different answers; compare their sources and dates."


@component
class AnswerComposer:
    """Merges what says the same, computes confidences, and decides what is given.

    Example:
        >>> from components.query.understanding import QueryUnderstanding
        >>> from components.rankers.cross_encoder import CrossEncoderRanker
        >>> from components.readers.extractive import ExtractiveReader
        >>> query = QueryUnderstanding().run("How long is the warranty?")["understood"]
        >>> place = {"source": "note.md", "source_id": "n", "start": 0, "end": 29}
        >>> passage = Document(content="The warranty lasts 24 months.", meta=place)
        >>> ranked = CrossEncoderRanker().run(query.text, [passage])["documents"]
        >>> spans = ExtractiveReader().run(query.text, ranked)["answers"]
        >>> AnswerComposer(top_k=1, threshold=0.0).run(query, ranked, spans)["answers"][0].text
        '24 months'
    """

    def __init__(self, calibrator: str | None = None, *, top_k: int = 3, threshold: float | None = None) -> None:
        """Store the parameters.

        Args:
            calibrator: path of a calibrator's JSON file; None for the bundled one.
            top_k: answers at most.
            threshold: least confidence in [0, 1] of any answer; None for the calibrator's own by kind. 0 gives
                the best answer however unsure.
        """
        self.calibrator = calibrator
        self.top_k = top_k
        self.threshold = threshold
        self._calibrator: Calibrator | None = None

    def warm_up(self) -> None:
        """Read the calibrator."""
        self._ready()

    @component.output_types(answers=list[Answer], no_answer_confidence=float, warnings=list[str])
    def run(
        self,
        understood: Query,
        documents: list[Document],
        answers: list[ExtractedAnswer],
        distributions: dict[str, SpanDistribution] | None = None,
        top_k: int | None = None,
        threshold: float | None = None,
    ) -> dict[str, Any]:
        """Compose the answers to one question.

        Args:
            understood: the question; its kind tells whether a few words can answer it.
            documents: the passages after reranking, with ``meta["scores"]``.
            answers: the reader's n-best spans of these passages.
            distributions: by the passage's id, how likely the answer lies in any part of it; a stock reader has none.
            top_k: overrides the parameter of the same name.
            threshold: overrides the parameter of the same name.

        Returns:
            ``answers``: best first, each in the shortest unit that probably holds the answer; ``no_answer_confidence``:
            in [0, 1], that none of the best answers, given or withheld, is right; ``warnings``: in plain words.
        """
        limit = top_k if top_k is not None else self.top_k
        least = threshold if threshold is not None else self.threshold
        if not documents:
            return {"answers": [], "no_answer_confidence": 1.0, "warnings": []}
        calibrator = self._ready()
        found = answer_places(calibrator, understood, documents, answers, distributions or {})
        best = _best(found, limit)
        given = [entry for entry in best if entry.confidence >= _least(calibrator, entry.candidate.kind, least)]
        composed = _compose(given)
        return {
            "answers": composed,
            "no_answer_confidence": 1.0 - calibrator.any_right([entry.confidence for entry in best]),
            "warnings": [DIFFER] if any(answer.differs for answer in composed) else [],
        }

    def to_dict(self) -> dict[str, Any]:
        """Serialise the parameters."""
        return default_to_dict(self, calibrator=self.calibrator, top_k=self.top_k, threshold=self.threshold)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "AnswerComposer":
        """Build from :meth:`to_dict`'s result."""
        return default_from_dict(cls, data)

    def _ready(self) -> Calibrator:
        if self._calibrator is None:
            self._calibrator = Calibrator.load(BUNDLED if self.calibrator is None else self.calibrator)
        return self._calibrator


def answer_id(source: str, start: int, end: int) -> str:
    """The same words at the same place have the same id in every reply."""
    return hashlib.sha256(f"{source}\0{start}\0{end}".encode()).hexdigest()[:16]


def _least(calibrator: Calibrator, kind: AnswerKind, threshold: float | None) -> float:
    return calibrator.threshold(kind) if threshold is None else threshold


def _best(found: Sequence[AnswerPlace], limit: int) -> list[Scored]:
    """The places in the units that lead, surest first; what is shown already is not shown again."""
    leading = sorted((place.leading for place in found), key=lambda entry: -entry.confidence)
    return [leading[at] for at in apart([stretch_of(entry.candidate) for entry in leading], limit)]


def _compose(entries: Sequence[Scored]) -> list[Answer]:
    sure = [entry for entry in entries if entry.candidate.kind in _COMPARED and entry.confidence >= CONFIDENT]
    return [_answer(entry, entry in sure and any(_differ(entry, other) for other in sure)) for entry in entries]


def _differ(one: Scored, other: Scored) -> bool:
    """Whether two answers contradict each other; two spans of one passage belong to one statement."""
    if one is other or one.candidate.document.id == other.candidate.document.id:
        return False
    return not contains_wording(one.candidate.words, other.candidate.words)


def _answer(entry: Scored, differs: bool) -> Answer:
    candidate = entry.candidate
    document = candidate.document
    meta, content, place = document.meta, document.content or "", candidate.place()
    source, source_id = source_of(document), str(meta.get("source_id", ""))
    first = int(meta.get("start", 0))
    start, end = candidate.core
    sentence = statement_around(document, candidate.core) if start < end else (candidate.start, candidate.end)
    return Answer(
        id=answer_id(source_id if source_id else source, place.start, place.end),
        text=candidate.text,
        sentence=content[slice(*sentence)],
        confidence=entry.confidence,
        kind=candidate.kind,
        source=source,
        url=meta.get("url"),
        title=meta.get("title"),
        heading=meta.get("heading"),
        page=place.page,
        start=place.start,
        end=place.end,
        words_start=first + start,
        words_end=first + end,
        passage=content,
        passage_start=first,
        language=str(meta.get("language", "und")),
        support=entry.support,
        differs=differs,
        scores=dict(zip(Evidence.names(), entry.evidence.values(), strict=True)),
        source_id=source_id,
    )
