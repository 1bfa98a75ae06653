"""Paths -> stated examples, each file read by its form: SQuAD-like JSON, JSON Lines, CSV or TSV; plain or gzipped."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from components.errors import InputError
from evaluation.data.files import json_of, objects_of, optional_string_in, string_in, suffix_of, table_rows, text_of
from evaluation.data.squad import squad_paragraphs, stated_answers
from training.data.groups import grouped_records, is_grouped
from training.data.record import Record, StatedAnswer
from training.data.rows import PassageFiles, row_records

_FORMS = ".json, .jsonl, .csv or .tsv, each also with .gz"


def read_records(
    paths: Sequence[Path], *, on_unusable: Callable[[str, str], None] = lambda reason, place: None
) -> Iterator[Record]:
    """The examples of all files, in order.

    Args:
        paths: of ``.json`` (SQuAD 1.1 or 2.0, or exported feedback), ``.jsonl``, ``.csv`` and ``.tsv``. A table
            with the columns ``pid`` and ``text`` holds passages that rows of the other files name by number.
        on_unusable: is told reason and place of what is well-formed and yet no example, as a correction in own words.

    Raises:
        InputError: a file cannot be read or is of no known form, or a row lacks something; the message names it.
    """
    passages = PassageFiles([path for path in paths if suffix_of(path) in (".csv", ".tsv")])
    for path in paths:
        suffix = suffix_of(path)
        if suffix == ".json":
            yield from squad_records(path, on_unusable)
        elif suffix in (".jsonl", ".ndjson"):
            rows = list(objects_of(path))
            if rows and is_grouped(rows[0][1]):
                yield from grouped_records(path, rows)
                continue
            for place, row in rows:
                yield from row_records(row, place, passages)
        elif suffix not in (".csv", ".tsv"):
            raise InputError(f"{path}: files of this name are not read; give {_FORMS}")
        elif path not in passages.paths:
            for place, row in table_rows(path):
                yield from row_records(row, place, passages)


def squad_records(path: Path, on_unusable: Callable[[str, str], None]) -> Iterator[Record]:
    """The examples of a SQuAD-like file, or of the feedback that the service exports in this form.

    Raises:
        InputError: the file is not of this form, or a question lacks its text or its label.
    """
    content = json_of(text_of(path), f"{path}:")
    for place, title, passage, questions in squad_paragraphs(content, path):
        for question in questions:
            yield _squad_record(question, passage, title, place)
    for other in content.get("others", []):
        on_unusable("feedback without a marked place", f"{path}: feedback {other.get('id')}")


def _squad_record(question: Any, passage: str, title: str, place: str) -> Record:
    identifier = optional_string_in(question, "id", place)
    named = f"{place}, question {identifier or question!r}"
    answers = stated_answers(question, named)
    return Record(
        place=named,
        question=string_in(question, "question", named, blank=True),
        passage=passage,
        id=identifier,
        title=title,
        answers=tuple(_squad_answer(answer, named) for answer in answers),
        chosen=question.get("offset") == "heuristic",
    )


def _squad_answer(answer: Any, place: str) -> StatedAnswer:
    start = answer.get("answer_start") if isinstance(answer, dict) else None
    return StatedAnswer(string_in(answer, "text", place), start if isinstance(start, int) else None)
