"""How much to show of a place that answers: exact words, or the sentence, row, list, passage or section around them.

Units nest. The calibrator says how likely each of them holds the answer; the shortest that is nearly as likely as the
likeliest leads. Pure; knows no threshold.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from haystack import Document

from components.answers.candidates import AnswerCandidate, is_table, shown_text, stripped, weighed
from components.answers.merging import overlaps, wording
from components.languages.scripts import word_count
from components.languages.sentences import enclosing_list, statement_spans
from components.models.distribution import SpanDistribution
from components.types import WHOLE_STATEMENT, AnswerKind, QueryKind

Span = tuple[int, int]

SHARE = 0.97
"""The shortest unit leads that is at least so likely, as a share of the likeliest, to hold the answer."""

SHARE_OF_WORDS = 0.9
"""The same where a few words can answer: a short unit is worth more."""

SHARE_OF_SPAN = 0.7
"""Exact words lead in place of their sentence if they are at least so likely, as a share of it, to be the answer."""

MOST_WORDS = 220
"""A longer unit is shown only where there is no shorter one: nobody pastes a page."""

_SHORT_ANSWER = 80
"""Words: a stored answer of so many is given whole."""


def units_around(candidate: AnswerCandidate, distribution: SpanDistribution | None) -> list[AnswerCandidate]:
    """The candidate, and what holds its exact words, each longer than the one before.

    Args:
        candidate: an exact answer, a whole passage, or a stored answer.
        distribution: of its passage; None where a stock reader read it.
    """
    units: list[AnswerCandidate] = []
    for kind, (start, end) in _around(candidate):
        if units and (start, end) == (units[-1].start, units[-1].end):
            continue
        words = candidate.words if kind == candidate.kind else wording(shown_text(candidate.document)[start:end])
        unit = replace(candidate, kind=kind, start=start, end=end, words=words)
        units.append(weighed(unit, distribution))
    short = [unit for unit in units if word_count(unit.text) <= MOST_WORDS]
    return short if short else units[:1]


def _around(candidate: AnswerCandidate) -> Iterator[tuple[AnswerKind, Span]]:
    own, whole = (candidate.start, candidate.end), whole_of(candidate)
    points = candidate.core[0] < candidate.core[1]
    if candidate.kind == "span":
        yield "span", own
    if points and not (candidate.kind == "faq" and word_count(candidate.text) <= _SHORT_ANSWER):
        statement = _within(statement_around(candidate.document, candidate.core), whole)
        yield ("row" if is_table(candidate.document) else "sentence"), statement
        listed = enclosing_list(candidate.document.content or "", *statement)
        if listed is not None:
            yield "list", _within((min(listed[0], statement[0]), max(listed[1], statement[1])), whole)
    yield ("faq" if candidate.kind == "faq" else "passage"), whole
    if candidate.kind != "faq":
        yield "section", stripped(shown_text(candidate.document), whole[0], len(shown_text(candidate.document)))


def whole_of(candidate: AnswerCandidate) -> Span:
    """The whole passage of a candidate, or its whole stored answer."""
    if candidate.kind == "faq":
        return candidate.start, candidate.end
    text = candidate.document.content or ""
    return stripped(text, 0, len(text))


def statement_around(document: Document, span: Span) -> Span:
    """The sentence, list item or table row around a span; never less than the span."""
    text, language = document.content or "", str(document.meta.get("language", "und"))
    touched = [each for each in statement_spans(text, language, is_table(document)) if overlaps(each, span)]
    around = (touched[0][0], touched[-1][1]) if touched else span
    return stripped(text, min(around[0], span[0]), max(around[1], span[1]))


def length_of(text: str) -> float:
    """How long a unit is, as evidence: the natural logarithm of 1 plus its words."""
    return math.log1p(word_count(text))


def leading(kinds: Sequence[AnswerKind], confidences: Sequence[float], asked: QueryKind) -> int:
    """Which of the units of one place leads, shortest first.

    A sentence or row is shown with exact words, so that these lead instead of it where they are trusted.
    """
    share = SHARE if asked in WHOLE_STATEMENT else SHARE_OF_WORDS
    begin = int(kinds[0] == "span" and len(kinds) > 1)
    chosen = begin + _first_from(confidences[begin:], share)
    if not begin:
        return chosen
    is_context = chosen == begin and kinds[chosen] in ("sentence", "row")
    least = SHARE_OF_SPAN * confidences[chosen] if is_context else max(confidences)
    return 0 if confidences[0] >= least else chosen


def _first_from(confidences: Sequence[float], share: float) -> int:
    least = share * max(confidences)
    return next(at for at, confidence in enumerate(confidences) if confidence >= least)


def stretch_of(candidate: AnswerCandidate) -> tuple[str, int, int]:
    """Which words of which source a candidate shows."""
    place = candidate.place()
    return place.source_id if place.source_id else place.source, place.start, place.end


def apart(shown: Sequence[tuple[str, int, int]], limit: int) -> list[int]:
    """Which of several stretches of words to show, best first: none that shares words with one before it.

    Args:
        shown: source, start and end of each.
        limit: how many at most.
    """
    chosen: list[int] = []
    for at, (source, start, end) in enumerate(shown):
        if len(chosen) == limit:
            break
        others = (shown[other] for other in chosen)
        if not any(source == name and overlaps((start, end), (first, last)) for name, first, last in others):
            chosen.append(at)
    return chosen


def _within(span: Span, whole: Span) -> Span:
    return max(span[0], whole[0]), min(span[1], whole[1])
