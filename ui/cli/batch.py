"""JSON Lines of questions -> one JSON line each, a reply or an error, in the order of the questions.

Knows the service only as something that answers a list of questions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from components.types import Reply

CHUNK = 16
"""Questions that are answered together: enough for full batches of the model, few enough to see progress."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of the file: a question, or why it is none."""

    id: str | int | None
    question: str = ""
    error: str | None = None


def read_lines(lines: Iterable[bytes]) -> list[BatchLine]:
    """Every line that is not blank."""
    return [_read(raw, number) for number, raw in enumerate(lines, 1) if raw.strip(b"\xef\xbb\xbf \t\r\n")]


def _read(raw: bytes, number: int) -> BatchLine:
    expected = 'expected an object like {"id": "1", "question": "..."}'
    try:
        row = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
    except (ValueError, RecursionError) as error:
        return BatchLine(None, error=f"line {number} is not JSON in UTF-8 ({error}); {expected}")
    if not isinstance(row, dict):
        return BatchLine(None, error=f"line {number} is no JSON object; {expected}")
    key, question = row.get("id"), row.get("question")
    if isinstance(key, bool) or not isinstance(key, str | int):
        return BatchLine(None, error=f"line {number}: the id is {key!r}, not a text or a whole number; {expected}")
    if not isinstance(question, str):
        return BatchLine(key, error=f"line {number}: the question is {question!r}, not a text; {expected}")
    return BatchLine(key, question)


def answer_lines(
    lines: Sequence[BatchLine],
    ask: Callable[[Sequence[str]], list[Reply]],
    refusals: type[Exception],
) -> Iterator[dict[str, Any]]:
    """One plain dict for each line, in order: a reply with the line's ``id``, or ``{"id", "error"}``.

    Args:
        lines: from :func:`read_lines`.
        ask: answers several questions at once.
        refusals: the errors of ``ask`` that concern a question and not the program.
    """
    for start in range(0, len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        found = iter(_answer([line.question for line in chunk if line.error is None], ask, refusals))
        for line in chunk:
            outcome = line.error if line.error is not None else next(found)
            if isinstance(outcome, str):
                yield {"id": line.id, "error": outcome}
            else:
                yield outcome.to_dict() | {"id": line.id}


def _answer(
    questions: Sequence[str], ask: Callable[[Sequence[str]], list[Reply]], refusals: type[Exception]
) -> list[Reply | str]:
    """A reply or the words of an error for each question; one refused question does not cost the others."""
    if not questions:
        return []
    try:
        return list(ask(questions))
    except refusals as error:
        if len(questions) == 1:
            return [str(error)]
    return [outcome for question in questions for outcome in _answer([question], ask, refusals)]
