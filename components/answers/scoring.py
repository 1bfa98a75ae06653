"""Candidates -> places that answer, each in the unit that leads, with its evidence and confidence.

A place is what the reader points at, with all passages that say the same. Pure functions; whether an answer is given
is decided by the composer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from haystack import Document
from haystack.dataclasses import ExtractedAnswer

from components.answers.calibration import Calibrator
from components.answers.candidates import (
    AnswerCandidate,
    find,
    group_candidates,
    is_table,
    margin_over,
    places,
    ranking_of,
    relevance_of,
    scores_of,
    shown_text,
    supporting,
)
from components.answers.evidence import Wanted, match, novelty, wanted_of
from components.answers.units import leading, length_of, statement_around, units_around
from components.logits import logit
from components.models.distribution import SpanDistribution
from components.passages import heading_context
from components.types import ENUMERATING, WHOLE_STATEMENT, Evidence, Place, Query, QueryKind

_WEIGHED_PASSAGES = 10
"""Of so many passages, by the ranker's order, the best place is weighed in all its units, and of as many places."""

_Ranked = tuple[float, str]
"""What a passage was sorted by, and its id."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One possible answer with its evidence and confidence."""

    candidate: AnswerCandidate
    evidence: Evidence
    confidence: float
    support: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class AnswerPlace:
    """A place that answers, in each unit that may be shown of it."""

    units: tuple[Scored, ...]
    """Shortest first; at least one."""
    asked: QueryKind
    """The kind of the question."""

    @property
    def likeliest(self) -> float:
        """The confidence of the unit that is likeliest to hold the answer."""
        return max(unit.confidence for unit in self.units)

    @property
    def leading(self) -> Scored:
        """The unit that is shown."""
        kinds = [unit.candidate.kind for unit in self.units]
        return self.units[leading(kinds, [unit.confidence for unit in self.units], self.asked)]


def answer_places(
    calibrator: Calibrator,
    query: Query,
    documents: Sequence[Document],
    spans: Sequence[ExtractedAnswer],
    distributions: Mapping[str, SpanDistribution],
) -> list[AnswerPlace]:
    """The places that may answer a question, likeliest first.

    Args:
        calibrator: tells how likely each unit holds the answer.
        query: the question as understood.
        documents: the passages after reranking, with ``meta["scores"]``.
        spans: what the reader proposes.
        distributions: what it says of every passage, by its id; empty of a stock reader.
    """
    wanted = wanted_of(query.question, query.language, query.kind)
    candidates = find(documents, spans, wanted, distributions)
    ranked = sorted(((ranking_of(document), document.id) for document in documents), reverse=True)
    grouped = scored_groups(calibrator, candidates, ranked, wanted)
    pointed = _by_passage(candidates)
    in_units = (_in_units(calibrator, entry, wanted, distributions, pointed) for entry in _shortlist(grouped, ranked))
    found = [place for place in in_units if place is not None]
    found.sort(key=lambda place: -place.likeliest)
    return found


def scored_groups(
    calibrator: Calibrator,
    candidates: Sequence[AnswerCandidate],
    ranked: Sequence[_Ranked],
    wanted: Wanted,
) -> list[Scored]:
    """Group the candidates and give each group its confidence, surest first; ties keep the passages' order."""
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


def evidence_of(candidate: AnswerCandidate, wanted: Wanted, support: int, rival: float | None) -> Evidence:
    """The evidence of a candidate.

    Args:
        candidate: the answer's own place.
        wanted: what the question names.
        support: how many places state it.
        rival: best ranking among the passages that do not state it; None where there is none.
    """
    document = candidate.document
    scores, content = scores_of(document), document.content or ""
    near = _surroundings(candidate)
    found = match(wanted, shown_text(document)[slice(*near)], content, _names(document))
    words = near if candidate.kind == "faq" else candidate.core
    return Evidence(
        relevance=relevance_of(document),
        span=candidate.span,
        dense=float(scores.get("dense", 0.0)),
        lexical=float(scores.get("lexical_share", 0.0)),
        margin=margin_over(rival, document),
        support=float(support),
        faq=float(document.meta.get("kind") == "faq"),
        codes=found.codes,
        near=found.near,
        coverage=found.coverage,
        behind=candidate.behind,
        fits=wanted.value.fits(
            content[slice(*words)],
            _cell_before(content[near[0] : words[0]]),
            in_table=is_table(document),
        ),
        mass=logit(candidate.mass),
        length=length_of(candidate.text),
        novel=novelty(wanted, candidate.text),
        statement=float(wanted.kind in WHOLE_STATEMENT),
        enumerates=float(wanted.kind in ENUMERATING),
    )


def _names(document: Document) -> str:
    """What a passage stands under: title, heading, and the name of its file."""
    return f"{heading_context(document)} {PurePosixPath(str(document.meta.get('file_name', ''))).stem}"


def _surroundings(candidate: AnswerCandidate) -> tuple[int, int]:
    """What must name what the question asks about: a unit itself, the sentence of exact words, the whole FAQ row."""
    if candidate.kind == "faq":
        return 0, len(candidate.document.content or "")
    if candidate.kind == "span":
        return statement_around(candidate.document, candidate.core)
    return candidate.start, candidate.end


def _cell_before(text: str) -> str:
    """What stands before an answer in its own cell or clause: the column's name, "between", "about"."""
    return text[max(text.rfind(sign) for sign in ";\n|\t") + 1 :]


def _each_alone(
    calibrator: Calibrator,
    candidates: Sequence[AnswerCandidate],
    ranked: Sequence[_Ranked],
    wanted: Wanted,
) -> list[Scored]:
    """What each candidate is worth by its own passage."""
    supports = [places([candidate]) for candidate in candidates]
    evidence = [
        evidence_of(candidate, wanted, len(support), _rival([candidate], ranked))
        for candidate, support in zip(candidates, supports, strict=True)
    ]
    return _scored(calibrator, candidates, evidence, supports)


def _scored(
    calibrator: Calibrator,
    candidates: Sequence[AnswerCandidate],
    evidence: Sequence[Evidence],
    supports: Sequence[tuple[Place, ...]],
) -> list[Scored]:
    """Candidates with their evidence, support and confidence."""
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


def _shortlist(grouped: Sequence[Scored], ranked: Sequence[_Ranked]) -> list[Scored]:
    """The surest groups, and the surest one of each of the first passages: units are weighed of these alone."""
    first = {document for _, document in ranked[:_WEIGHED_PASSAGES]}
    chosen: list[Scored] = []
    seen: set[str] = set()
    for number, entry in enumerate(grouped):
        document = entry.candidate.document.id
        if number < _WEIGHED_PASSAGES or (document in first and document not in seen):
            chosen.append(entry)
        seen.add(document)
    return chosen


def _in_units(
    calibrator: Calibrator,
    entry: Scored,
    wanted: Wanted,
    distributions: Mapping[str, SpanDistribution],
    pointed: Mapping[str, Sequence[AnswerCandidate]],
) -> AnswerPlace | None:
    """A group in each unit that may be shown; None where all of them are units of better words.

    A few words do not answer a question that asks for a statement.
    """
    document = entry.candidate.document.id
    candidates = [
        unit
        for unit in units_around(entry.candidate, distributions.get(document))
        if _is_of_its_best_words(unit, pointed.get(document, ()))
    ]
    if wanted.kind in WHOLE_STATEMENT and candidates and candidates[0].kind == "span":
        del candidates[0]
    if not candidates:
        return None
    evidence = [_as_unit(entry, candidate, wanted) for candidate in candidates]
    return AnswerPlace(tuple(_scored(calibrator, candidates, evidence, [entry.support] * len(candidates))), wanted.kind)


def _liking(candidate: AnswerCandidate) -> tuple[float, float]:
    """What the reader likes better is less."""
    return candidate.behind, -candidate.span


def _by_passage(candidates: Sequence[AnswerCandidate]) -> dict[str, list[AnswerCandidate]]:
    """The exact words in each passage, those first that the reader likes best of what fits."""
    found: dict[str, list[AnswerCandidate]] = {}
    for candidate in sorted(candidates, key=_liking):
        if candidate.kind == "span":
            found.setdefault(candidate.document.id, []).append(candidate)
    return found


def _is_of_its_best_words(unit: AnswerCandidate, pointed: Sequence[AnswerCandidate]) -> bool:
    """Whether no better words stand in a unit than those it grew from.

    Otherwise doubtful words, for which their sentence or passage would lead, came before the sure ones beside them.
    """
    if unit.kind in ("span", "faq"):
        return True
    best = next((each for each in pointed if unit.start <= each.start and each.end <= unit.end), None)
    return best is None or best.core == unit.core


def _as_unit(entry: Scored, candidate: AnswerCandidate, wanted: Wanted) -> Evidence:
    """The evidence of a unit of a group: what the group says by its other members stays."""
    if candidate.kind == entry.candidate.kind:  # the group's own words, with the evidence that they have already
        return entry.evidence
    found = evidence_of(candidate, wanted, len(entry.support), None)
    return replace(found, margin=entry.evidence.margin)
