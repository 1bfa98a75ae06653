"""What the reader and the FAQ rows propose -> candidates, grouped by what they state.

A candidate is a run of one passage's words. Pure functions over Haystack's ``Document`` and ``ExtractedAnswer``;
knows no confidence and no threshold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from haystack import Document
from haystack.dataclasses import ExtractedAnswer

from components.answers.evidence import Wanted
from components.answers.merging import group, overlaps, same_wording, wording
from components.converters.extracted import page_at
from components.languages.boundaries import whole_words, without_loose_ends
from components.logits import logit
from components.models.distribution import SpanDistribution
from components.types import AnswerKind, Place

_COLUMN_END = ": "
"""Stands between a column's name and the value, as tables are written out (see ``components.converters.assembly``)."""
_CELL_END = "; "
"""Stands between the cells of a row."""

STATED_FROM = 0.0
"""From this span score on the reader prefers the span to no answer; a passage then counts as further support."""


@dataclass(frozen=True, slots=True)
class AnswerCandidate:
    """A run of a passage's words that may answer the question."""

    document: Document
    start: int
    """Code points in the passage, end exclusive, as is ``end``."""
    end: int
    core: tuple[int, int]
    """What the reader pointed at, in the passage; the candidate's own words hold it."""
    kind: AnswerKind
    span: float
    """The reader's span minus null score."""
    words: tuple[str, ...]
    """The comparable wording."""
    behind: float = 0.0
    """How far ``span`` is below that of the passage's best span that fits as well."""
    mass: float = 0.5
    """The reader's probability that the answer lies in the candidate, given its passage; 0.5 where unread."""

    @property
    def text(self) -> str:
        """The words themselves."""
        return shown_text(self.document)[self.start : self.end]

    def place(self) -> Place:
        """Where the candidate stands in its source."""
        meta = self.document.meta
        first = int(meta.get("start", 0))
        return Place(
            source=source_of(self.document),
            title=meta.get("title"),
            page=page_at(meta.get("page"), meta.get("page_breaks", ()), self.start),
            start=first + self.start,
            end=first + self.end,
            source_id=_source_id(meta),
        )


def shown_text(document: Document) -> str:
    """A passage with what follows it in its section: what may be shown of it."""
    return f"{document.content or ''}{document.meta.get('continues', '')}"


def source_of(document: Document) -> str:
    """The display name of a passage's source; a stock component's document may have none but its id."""
    return str(document.meta.get("source", document.id))


def find(
    documents: Sequence[Document],
    spans: Sequence[ExtractedAnswer],
    wanted: Wanted,
    distributions: Mapping[str, SpanDistribution] | None = None,
) -> list[AnswerCandidate]:
    """All candidates of a question, in the order of the passages and, inside one, of the reader.

    Args:
        documents: the passages after reranking.
        spans: the reader's n-best spans; spans of passages that are not among ``documents`` are left out.
        wanted: what the question names.
        distributions: by the passage's id, how likely the answer lies in any part of it; those of stock readers are
            unknown.
    """
    by_passage: dict[str, list[ExtractedAnswer]] = {document.id: [] for document in documents}
    for span in spans:
        if span.document is not None and span.document.id in by_passage and span.document_offset is not None:
            by_passage[span.document.id].append(span)
    known = distributions or {}
    candidates: list[AnswerCandidate] = []
    for document in documents:
        proposed = sorted(by_passage[document.id], key=lambda span: -span_score(span))
        if document.meta.get("kind") == "faq":
            found = _faq(document, proposed)
        else:
            read = [candidate for span in proposed if (candidate := _span(document, span)) is not None]
            found = _with_distance(read, wanted) if read else _unread(document)
        candidates.extend(weighed(candidate, known.get(document.id)) for candidate in found)
    return candidates


def weighed(candidate: AnswerCandidate, distribution: SpanDistribution | None) -> AnswerCandidate:
    """The candidate with the probability that the answer lies in it."""
    if distribution is None:
        return candidate
    return replace(candidate, mass=distribution.mass(candidate.start, candidate.end))


def _with_distance(found: Sequence[AnswerCandidate], wanted: Wanted) -> list[AnswerCandidate]:
    """A passage's candidates, best first, each with how far it is behind.

    One of the wrong kind is ahead of none of the right kind that the reader prefers to no answer.
    """
    best = found[0].span if found else 0.0
    fitting = [each.span > STATED_FROM and wanted.value.holds_value(each.text) for each in found]
    best_fitting = next((each.span for each, fits in zip(found, fitting, strict=True) if fits), best)
    return [
        replace(each, behind=(best_fitting if fits else best) - each.span)
        for each, fits in zip(found, fitting, strict=True)
    ]


def span_score(span: ExtractedAnswer) -> float:
    """The span minus null score; of a reader that does not tell it, the logit of its score."""
    value = span.meta.get("span")
    return float(value) if value is not None else logit(float(span.score))


def is_table(document: Document) -> bool:
    """Whether each line of a passage is a row."""
    return document.meta.get("kind") == "table"


def group_candidates(candidates: Sequence[AnswerCandidate]) -> list[list[AnswerCandidate]]:
    """Group candidates, best first, that say the same or stand at the same place."""
    # Every pair may be compared, so places and words are looked up once.
    located = [_Located(candidate, candidate.place(), frozenset(candidate.words)) for candidate in candidates]
    return [[each.candidate for each in members] for members in group(located, _same)]


def supporting(members: Sequence[AnswerCandidate], codes: Sequence[float]) -> list[AnswerCandidate]:
    """The first candidate and those after it that really state the answer.

    Args:
        members: what says the same, best first.
        codes: of each, how far its surroundings name the question's codes: the same words beside another code
            ("Owner" in the next row) answer another question.
    """
    first = members[0]
    others = zip(members[1:], codes[1:], strict=True)
    return [first, *(member for member, named in others if _states(first, member, named >= codes[0]))]


def places(members: Sequence[AnswerCandidate]) -> tuple[Place, ...]:
    """Where candidates and the near-duplicates of their passages stand; of overlapping places the first counts."""
    found: list[Place] = []
    for member in members:
        for place in (member.place(), *_duplicates(member.document)):
            if not any(_share(place, other) for other in found):
                found.append(place)
    return tuple(found)


def scores_of(document: Document) -> Mapping[str, Any]:
    """The passage's scores by stage."""
    scores: Mapping[str, Any] = document.meta.get("scores", {})
    return scores


def relevance_of(document: Document) -> float:
    """The ranker's logit; 0, undecided, where no ranker of ours has seen the passage."""
    return float(scores_of(document).get("relevance", 0.0))


def ranking_of(document: Document) -> float:
    """What the ranker sorted the passage by; as :func:`relevance_of` where it does not tell."""
    scores = scores_of(document)
    return float(scores["ranking"]) if "ranking" in scores else relevance_of(document)


def margin_over(rival: float | None, document: Document) -> float:
    """How far a passage is above the best of those that say something else; 0 where there is none."""
    return 0.0 if rival is None else ranking_of(document) - rival


def _span(document: Document, span: ExtractedAnswer) -> AnswerCandidate | None:
    text, offset = document.content or "", span.document_offset
    if offset is None or not 0 <= offset.start < offset.end <= len(text):
        return None
    start, end = without_loose_ends(text, *whole_words(text, offset.start, offset.end))
    if is_table(document):
        if "\n" in text[start:end]:
            # No answer runs from one row of a table into the next.
            return None
        start = _behind_column_name(text, start, end)
        end = _before_next_cell(text, start, end)
    if start >= end:
        return None
    return AnswerCandidate(document, start, end, (start, end), "span", span_score(span), wording(text[start:end]))


def _behind_column_name(text: str, start: int, end: int) -> int:
    """Where the value of a table's cell ("Price: 30") begins, if the span holds more than the column's name."""
    name = text.rfind(_COLUMN_END, start, end)
    value = name + len(_COLUMN_END)
    return value if name >= 0 and value < end else start


def _before_next_cell(text: str, start: int, end: int) -> int:
    """Where the value ends, if the span runs on into the name of the next column ("30; Colour")."""
    row_end = text.find("\n", start)
    row = text[start : row_end if row_end >= 0 else len(text)]
    at = row.find(_CELL_END, 0, end - start)
    while at >= 0:
        after = at + len(_CELL_END)
        following = row[after:].partition(_CELL_END)[0]
        if _COLUMN_END in following:
            return start + at
        at = row.find(_CELL_END, after, end - start)
    return end


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without outer white space."""
    inner = text[start:end]
    return end - len(inner.lstrip()), start + len(inner.rstrip())


def _unread(document: Document) -> list[AnswerCandidate]:
    """A whole passage in which the reader proposes nothing, with the neutral span score."""
    text = document.content or ""
    start, end = stripped(text, 0, len(text))
    return [AnswerCandidate(document, start, end, (start, start), "passage", 0.0, ())] if start < end else []


def _faq(document: Document, proposed: Sequence[ExtractedAnswer]) -> list[AnswerCandidate]:
    """The answer part of a FAQ row, whatever the reader made of it."""
    text = document.content or ""
    start, end = stripped(text, int(document.meta.get("answer_start", 0)), len(text))
    if start >= end:
        return []
    score = span_score(proposed[0]) if proposed else 0.0
    core = _core_in(proposed, start)
    return [AnswerCandidate(document, start, end, core, "faq", score, wording(text[start:end]))]


def _core_in(proposed: Sequence[ExtractedAnswer], first: int) -> tuple[int, int]:
    """The reader's best span in a stored answer, which begins at ``first``; empty where there is none."""
    offsets = (span.document_offset for span in proposed if span.document_offset is not None)
    return next(((offset.start, offset.end) for offset in offsets if offset.start >= first), (first, first))


@dataclass(frozen=True, slots=True)
class _Located:
    candidate: AnswerCandidate
    place: Place
    words: frozenset[str]


def _same(one: _Located, other: _Located) -> bool:
    if _share(one.place, other.place):
        return True
    # Most pairs have no word in common, which is told quicker than that one wording holds the other.
    return not one.words.isdisjoint(other.words) and same_wording(one.candidate.words, other.candidate.words)


def _states(first: AnswerCandidate, member: AnswerCandidate, codes_too: bool) -> bool:
    believed = member.kind == "faq" or member.span >= STATED_FROM
    return (believed and codes_too) or _share(first.place(), member.place())


def _share(one: Place, other: Place) -> bool:
    # Asked of every pair of candidates: most differ in the first.
    same = one.source_id == other.source_id and one.source == other.source
    return same and overlaps((one.start, one.end), (other.start, other.end))


def _source_id(facts: Mapping[str, Any]) -> str:
    """Empty where a passage did not come from the catalogue."""
    found = facts.get("source_id")
    return "" if found is None else str(found)


def _duplicates(document: Document) -> list[Place]:
    return [
        Place(
            source=str(entry["source"]),
            title=entry.get("title"),
            page=entry.get("page"),
            start=int(entry["start"]),
            end=int(entry["end"]),
            source_id=_source_id(entry),
        )
        for entry in document.meta.get("duplicates", ())
    ]
