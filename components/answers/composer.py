"""Spans and passages -> merged, calibrated answers, or an honest "not found".

In: the understood question, the reranked passages, the reader's spans. Out: answers, best first, each with its
place, support and confidence. Knows nothing of how passages were found or read, only of their scores.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.dataclasses import ExtractedAnswer

from components.answers.calibration import BUNDLED, Calibrator
from components.answers.candidates import (
    AnswerCandidate,
    as_passage,
    evidence_of,
    find,
    group_candidates,
    margin_over,
    places,
    ranking_of,
    sentence_around,
    source_of,
    supporting,
    unread,
)
from components.answers.evidence import Wanted, wanted_of
from components.answers.merging import contains_wording
from components.types import WHOLE_SENTENCE, Answer, AnswerKind, Evidence, Place, Query, QueryKind

CONFIDENT = 0.5
"""Answers from this confidence can contradict each other; below, one is as likely wrong as the other."""

_Ranked = tuple[float, str]
"""What a passage was sorted by, and its id."""

DIFFER = "The documents give different answers; compare their sources and dates."


@dataclass(frozen=True, slots=True)
class Scored:
    """One possible answer with its evidence and confidence."""

    candidate: AnswerCandidate
    evidence: Evidence
    confidence: float
    support: tuple[Place, ...]


@component
class AnswerComposer:
    """Merges what says the same, computes confidences, and decides what is given."""

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
        top_k: int | None = None,
        threshold: float | None = None,
    ) -> dict[str, Any]:
        """Compose the answers to one question.

        Args:
            understood: the question; its kind decides between a span and its whole sentence or list.
            documents: the passages after reranking, with ``meta["scores"]``.
            answers: the reader's n-best spans of these passages.
            top_k: overrides the parameter of the same name.
            threshold: overrides the parameter of the same name.

        Returns:
            ``answers``: best first; those that the reader found before whole passages, which are given only when
            no exact answer is sure enough. ``no_answer_confidence``: in [0, 1], that none of the best answers,
            given or withheld, is right. ``warnings``: in plain words.
        """
        limit = top_k if top_k is not None else self.top_k
        least = threshold if threshold is not None else self.threshold
        if not documents:
            return {"answers": [], "no_answer_confidence": 1.0, "warnings": []}
        calibrator = self._ready()
        wanted = wanted_of(understood.question, understood.language, understood.kind)
        candidates = find(documents, answers, wanted)
        exact = scored_candidates(calibrator, candidates, documents, wanted)
        given = [entry for entry in exact if entry.confidence >= _least(calibrator, entry.candidate.kind, least)]
        best = exact[:limit]
        if not given:
            passages = scored_passages(calibrator, candidates, documents, wanted)
            given = [entry for entry in passages if entry.confidence >= _least(calibrator, "passage", least)]
            best = given[:limit] if given else best
        composed = _compose(calibrator, _sentences_once(understood.kind, given, limit))
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


def scored_candidates(
    calibrator: Calibrator, candidates: Sequence[AnswerCandidate], documents: Sequence[Document], wanted: Wanted
) -> list[Scored]:
    """Group the candidates and give each group its confidence, surest first; ties keep the passages' order."""
    ranked = sorted(((ranking_of(document), document.id) for document in documents), reverse=True)
    alone = _each_alone(calibrator, candidates, ranked, wanted)
    alone.sort(key=lambda entry: -entry.confidence)
    entries = {id(entry.candidate): entry for entry in alone}
    groups = group_candidates([entry.candidate for entry in alone])
    scored = []
    for members in groups:
        codes = [entries[id(member)].evidence.codes for member in members]
        scored.append(_with_support(calibrator, entries[id(members[0])], supporting(members, codes), ranked))
    scored.sort(key=lambda entry: -entry.confidence)
    return scored


def scored_passages(
    calibrator: Calibrator, candidates: Sequence[AnswerCandidate], documents: Sequence[Document], wanted: Wanted
) -> list[Scored]:
    """The passages as answers of their own, surest first, one per place."""
    pointed = {candidate.document.id: candidate for candidate in reversed(candidates) if candidate.kind == "span"}
    proposed = [
        as_passage(pointed.get(document.id) or unread(document))
        for document in documents
        if document.meta.get("kind") != "faq" and (document.content or "").strip()
    ]
    return scored_candidates(calibrator, proposed, documents, wanted)


def _least(calibrator: Calibrator, kind: AnswerKind, threshold: float | None) -> float:
    return calibrator.threshold(kind) if threshold is None else threshold


def _each_alone(
    calibrator: Calibrator, candidates: Sequence[AnswerCandidate], ranked: Sequence[_Ranked], wanted: Wanted
) -> list[Scored]:
    """What each candidate is worth by its own passage."""
    supports = [places([candidate]) for candidate in candidates]
    evidence = [
        evidence_of(candidate, wanted, len(support), _rival([candidate], ranked))
        for candidate, support in zip(candidates, supports, strict=True)
    ]
    confidences = calibrator.confidences(evidence, [candidate.kind for candidate in candidates])
    return [Scored(*each) for each in zip(candidates, evidence, confidences, supports, strict=True)]


def _with_support(
    calibrator: Calibrator, alone: Scored, members: Sequence[AnswerCandidate], ranked: Sequence[_Ranked]
) -> Scored:
    """The same with what other candidates add: more places, and passages that are no rivals."""
    if len(members) == 1:
        return alone
    support = places(members)
    margin = margin_over(_rival(members, ranked), alone.candidate.document)
    evidence = replace(alone.evidence, support=float(len(support)), margin=margin)
    return Scored(alone.candidate, evidence, calibrator.confidence(evidence, alone.candidate.kind), support)


def _rival(members: Sequence[AnswerCandidate], ranked: Sequence[_Ranked]) -> float | None:
    """The best ranking among the passages, given best first, that hold none of the members."""
    ids = {member.document.id for member in members}
    return next((ranking for ranking, document in ranked if document not in ids), None)


def _sentences_once(kind: QueryKind, entries: Sequence[Scored], limit: int) -> list[tuple[Scored, tuple[int, int]]]:
    """The best ones with their sentences; where the sentence leads, each one once: it would be read twice."""
    chosen: list[tuple[Scored, tuple[int, int]]] = []
    led: set[tuple[str, int, int]] = set()
    for entry in entries:
        if len(chosen) == limit:
            break
        sentence = _sentence(kind, entry.candidate)
        place = entry.candidate.place()
        shift = place.start - entry.candidate.start
        stands = (place.source_id or place.source, shift + sentence[0], shift + sentence[1])
        if kind in WHOLE_SENTENCE and stands in led:
            continue
        led.add(stands)
        chosen.append((entry, sentence))
    return chosen


def _sentence(kind: QueryKind, candidate: AnswerCandidate) -> tuple[int, int]:
    """What leads or surrounds the words, in the passage; a FAQ row's answer is given as a whole."""
    whole = candidate.kind == "faq"
    return (candidate.start, candidate.end) if whole else sentence_around(kind, candidate.document, candidate.core)


def _compose(calibrator: Calibrator, entries: Sequence[tuple[Scored, tuple[int, int]]]) -> list[Answer]:
    sure = [
        entry
        for entry, _ in entries
        if entry.candidate.kind != "passage"
        and entry.confidence >= max(CONFIDENT, calibrator.threshold(entry.candidate.kind))
    ]
    return [
        _answer(entry, sentence, entry in sure and any(_differ(entry, other) for other in sure))
        for entry, sentence in entries
    ]


def _differ(one: Scored, other: Scored) -> bool:
    """Whether two answers contradict each other; two spans of one passage belong to one statement."""
    if one is other or one.candidate.document.id == other.candidate.document.id:
        return False
    return not contains_wording(one.candidate.words, other.candidate.words)


def _answer(entry: Scored, sentence: tuple[int, int], differs: bool) -> Answer:
    candidate = entry.candidate
    document = candidate.document
    meta, content, place = document.meta, document.content or "", candidate.place()
    source, source_id = source_of(document), str(meta.get("source_id", ""))
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
        passage=content,
        passage_start=int(meta.get("start", 0)),
        language=str(meta.get("language", "und")),
        support=entry.support,
        differs=differs,
        scores=dict(zip(Evidence.names(), entry.evidence.values(), strict=True)),
        source_id=source_id,
    )
