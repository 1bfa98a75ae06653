"""What people say about answers, kept with the words it is about, and given out as examples to train and judge with.

Knows the service and the database; nothing of HTTP.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from sqlalchemy import select

from components.errors import InputError
from pipelines.service import QAService
from service.database.connection import ServiceDatabase
from service.database.tables import FeedbackRow

Verdict = Literal["right", "wrong", "corrected", "not-in-documents"]

_AROUND = 500
"""Characters before and after words that no passage holds as a whole."""

_VERSION = "quaere-feedback-1"


@dataclass(frozen=True, slots=True)
class Mark:
    """Some words of a source."""

    source_id: str
    start: int
    """In the source's extracted text, in code points."""
    end: int
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's word on one answer."""

    question: str
    verdict: Verdict
    answer: Mark | None = None
    """What is judged."""
    correction: Mark | None = None
    """What would have been right."""
    correction_text: str | None = None
    """The same in own words."""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """Marked words with the passage that held them when they were marked."""

    source_id: str
    source: str
    context: str
    start: int
    """In the context."""
    text: str


class FeedbackBook:
    """All that was said.

    Args:
        database: open.
        service: open; holds the sources.
    """

    def __init__(self, database: ServiceDatabase, service: QAService) -> None:
        self.database = database
        self.service = service

    def add(self, feedback: Feedback, key_id: str | None, groups: Sequence[str]) -> str:
        """Keep one, and return its id.

        Args:
            feedback: what is said.
            key_id: who says it.
            groups: the groups of whoever says it.

        Raises:
            UnknownSource: it is about a source that these groups may not know of.
            InputError: the verdict lacks what it is about, or a place is none.
        """
        _check(feedback)
        marks = {name: getattr(feedback, name) for name in ("answer", "correction")}
        quoted = {name: None if mark is None else asdict(self._quote(mark, groups)) for name, mark in marks.items()}
        feedback_id = uuid.uuid4().hex
        with self.database.writing() as session:
            session.add(
                FeedbackRow(
                    feedback_id=feedback_id,
                    key_id=key_id,
                    groups=sorted(groups),
                    created_at=datetime.now(UTC).isoformat(),
                    question=feedback.question,
                    verdict=feedback.verdict,
                    correction_text=feedback.correction_text,
                    comment=feedback.comment,
                    **quoted,
                )
            )
        return feedback_id

    def take_back(self, feedback_id: str, key_id: str | None, groups: Sequence[str]) -> bool:
        """Forget what was said, and return whether there was any.

        Args:
            feedback_id: from :meth:`add`.
            key_id: whose it must be.
            groups: the groups of whoever takes it back; what was said in others is not there for them.
        """
        with self.database.writing() as session:
            row = session.get(FeedbackRow, feedback_id)
            if row is None or row.key_id != key_id or not set(row.groups) <= set(groups):
                return False
            session.delete(row)
        return True

    def export(self, groups: Sequence[str]) -> dict[str, Any]:
        """What a caller of these groups may know of, as JSON in the form of SQuAD 2.0.

        Left out is what was taken back, and what was said in groups that are not the caller's, or about sources that
        are not, or not any more.
        What makes no example, such as an answer that is only called wrong, stands under ``others``.
        """
        with self.database.reading() as session:
            rows = list(session.scalars(select(FeedbackRow).order_by(FeedbackRow.created_at, FeedbackRow.feedback_id)))
        rows = [row for row in rows if set(row.groups) <= set(groups)]
        known = self.service.known_among({source_id for row in rows for source_id in _sources(row)}, groups)
        visible = [row for row in rows if _sources(row) <= known]
        paragraphs: dict[tuple[str, str], list[dict[str, Any]]] = {}
        others: list[dict[str, Any]] = []
        for row in visible:
            found = _example(row)
            if found is None:
                others.append(_other(row))
            else:
                where, example = found
                paragraphs.setdefault((where.source, where.context), []).append(example)
        return {"version": _VERSION, "data": _articles(paragraphs), "others": others}

    def _quote(self, mark: Mark, groups: Sequence[str]) -> Quoted:
        excerpt = self.service.excerpt(mark.source_id, mark.start, mark.end, _AROUND, groups)
        if not excerpt.text.strip():
            raise InputError(f"{excerpt.info.source}: nothing stands at {mark.start} to {mark.end}; mark some words")
        passages = self.service.passages_of(mark.source_id, groups)
        holding = next((each for each in passages if each.start <= mark.start and mark.end <= each.end), None)
        if holding is not None:
            context, start = holding.text, mark.start - holding.start
        else:
            context, start = excerpt.before + excerpt.text + excerpt.after, len(excerpt.before)
        return Quoted(excerpt.info.source_id, excerpt.info.source, context, start, excerpt.text)


def _check(feedback: Feedback) -> None:
    verdict, correct = feedback.verdict, (feedback.correction, feedback.correction_text)
    if verdict in ("right", "wrong") and feedback.answer is None:
        raise InputError(f'the verdict "{verdict}" is about an answer; send its source_id, start and end as answer')
    if verdict == "corrected" and correct == (None, None):
        raise InputError('the verdict "corrected" needs a correction or a correction_text')
    if verdict != "corrected" and correct != (None, None):
        raise InputError(f'the verdict "{verdict}" has no correction; use "corrected"')


def _sources(row: FeedbackRow) -> set[str]:
    return {str(each["source_id"]) for each in (row.answer, row.correction) if each is not None}


def _example(row: FeedbackRow) -> tuple[Quoted, dict[str, Any]] | None:
    """The passage and the question with its answer; None where there is no example in it."""
    answer = None if row.answer is None else Quoted(**row.answer)
    correction = None if row.correction is None else Quoted(**row.correction)
    if row.verdict == "corrected" and correction is None and answer is not None and row.correction_text:
        at = answer.context.find(row.correction_text)
        if at >= 0:
            correction = Quoted(answer.source_id, answer.source, answer.context, at, row.correction_text)
    right = {"right": answer, "corrected": correction}.get(row.verdict)
    where = answer if row.verdict == "not-in-documents" else right
    if where is None:
        return None
    answers = [] if right is None else [{"text": right.text, "answer_start": right.start}]
    return where, _said(row) | {"is_impossible": right is None, "answers": answers}


def _other(row: FeedbackRow) -> dict[str, Any]:
    return _said(row) | {"answer": row.answer, "correction_text": row.correction_text}


def _said(row: FeedbackRow) -> dict[str, Any]:
    names = {"id": row.feedback_id, "question": row.question, "verdict": cast(Verdict, row.verdict)}
    return names | {"comment": row.comment, "created_at": row.created_at}


def _articles(paragraphs: dict[tuple[str, str], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    titles: Iterable[str] = dict.fromkeys(source for source, _ in paragraphs)
    return [
        {
            "title": title,
            "paragraphs": [
                {"context": context, "qas": examples}
                for (source, context), examples in paragraphs.items()
                if source == title
            ],
        }
        for title in titles
    ]
