"""SQuAD-like JSON, 1.1 and 2.0, and the feedback that the service exports in this form -> stated examples."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from components.errors import InputError
from training.data.fields import optional_text, string_of, text_of
from training.data.files import read_json
from training.data.record import Record, StatedAnswer


def squad_records(path: Path, on_unusable: Callable[[str, str], None]) -> Iterator[Record]:
    """The examples of a file, paragraph by paragraph.

    Raises:
        InputError: the file is not of this form, or a question lacks its text or its label.
    """
    content = read_json(path)
    for number, article in enumerate(_list(content, "data", f"{path}: the file"), start=1):
        title = optional_text(article, "title", f"{path}: article {number}")
        for at, paragraph in enumerate(_list(article, "paragraphs", f"{path}: article {number}"), start=1):
            place = f"{path}: article {number} ({title}), paragraph {at}"
            passage = text_of(paragraph, "context", place)
            for question in _list(paragraph, "qas", place):
                yield _record(question, passage, title, place)
    for other in content.get("others", []):
        on_unusable("feedback without a marked place", f"{path}: feedback {other.get('id')}")


def _record(question: Any, passage: str, title: str, place: str) -> Record:
    identifier = str(question.get("id", "")) if isinstance(question, dict) else ""
    named = f"{place}, question {identifier or question!r}"
    answers = _list(question, "answers", named)
    impossible = bool(question.get("is_impossible", False))
    if impossible == bool(answers):
        state = "is marked impossible but has answers" if impossible else "has no answer and is not marked impossible"
        raise InputError(f"{named} {state}; label it one way")
    return Record(
        place=named,
        question=string_of(question, "question", named),
        passage=passage,
        id=identifier,
        title=title,
        answers=tuple(_answer(answer, named) for answer in answers),
        chosen=question.get("offset") == "heuristic",
    )


def _answer(answer: Any, place: str) -> StatedAnswer:
    start = answer.get("answer_start") if isinstance(answer, dict) else None
    return StatedAnswer(text_of(answer, "text", place), start if isinstance(start, int) else None)


def _list(record: Any, name: str, place: str) -> list[Any]:
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, list):
        raise InputError(f"{place}: {name!r} is {type(value).__name__}; a list is needed")
    return value
