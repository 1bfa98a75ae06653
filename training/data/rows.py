"""One row of JSON Lines or of a table -> stated examples. The names of its fields tell what kind of row it is.

====================================================== ===============================================
Fields                                                 The row is
====================================================== ===============================================
``question``, ``passage``, ``answers`` (or ``answer``)  a question with the words that answer it
``question``, ``passage``, ``is_impossible``            a question that the passage does not answer
``question`` and ``passage`` alone                      a question with a passage that answers it
``question`` and ``answer`` alone                       the same: the answer is the passage (FAQ)
``query``, ``pos``, ``neg``                             passages that answer and that do not, as texts or
                                                        as numbers of a table of passages
``query``, ``candidates``                               passages with a ``label`` of 1 or 0
``text``, ``group``                                     a question and what it belongs to; see
                                                        :mod:`training.data.groups`
====================================================== ===============================================

``id``, ``title``, ``answer_start`` and ``negatives`` may stand in each where they make sense.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from components.errors import InputError
from evaluation.data.files import (
    first_name,
    optional_string_in,
    string_in,
    strings_of,
    table_header,
    table_rows,
)
from training.data.record import Record, StatedAnswer

QUESTION = ("question", "query", "anchor")
PASSAGE = ("passage", "context", "positive", "positives", "text")
_YES, _NO = ("1", "true", "yes"), ("", "0", "false", "no")


class PassageFiles:
    """Numbered passages, which rows of other files name instead of repeating their text.

    They stand in tables that have the columns ``pid`` and ``text``, and ``title`` if they like.

    Args:
        tables: all tables that were given; those of another form are left alone.
    """

    def __init__(self, tables: Sequence[Path]) -> None:
        self.paths = frozenset(path for path in tables if {"pid", "text"} <= set(table_header(path)))
        self._passages: dict[str, tuple[str, str]] = {}
        for path in tables:
            if path in self.paths:
                for place, row in table_rows(path):
                    self._add(row, place)

    def get(self, number: Any, place: str) -> tuple[str, str]:
        """Title and text of the passage that a row names, by number or as the text itself."""
        if isinstance(number, str):
            return "", number
        found = self._passages.get(str(number))
        if found is None:
            given = ", ".join(str(path) for path in sorted(self.paths)) or "none"
            raise InputError(
                f"{place} names passage {number!r}, which no table of passages holds (given: {given}); give the table "
                "with the columns pid and text along"
            )
        return found

    def _add(self, row: dict[str, str], place: str) -> None:
        if "pid" not in row or "text" not in row:
            raise InputError(f"{place} lacks its pid or its text")
        if row["pid"] in self._passages:
            raise InputError(f"{place} repeats pid {row['pid']}; number the passages of all tables differently")
        self._passages[row["pid"]] = row.get("title", ""), row["text"]


def row_records(row: Mapping[str, Any], place: str, passages: PassageFiles) -> Iterator[Record]:
    """The examples of one row: one for each passage that answers.

    Raises:
        InputError: the row is of none of the kinds above, or a value is of the wrong type.
    """
    name = first_name(row, QUESTION)
    if name is None:
        raise InputError(f"{place} has the fields {_names(row)}; one of {', '.join(QUESTION)} is needed")
    question, identifier = string_in(row, name, place, blank=True), _identifier(row, place)
    if first_name(row, ("pos", "candidates")) is not None:
        yield from _ranking(row, Record(place, question, "", identifier, answers=None), passages)
        return
    title, negatives = optional_string_in(row, "title", place), _negatives(row, place)
    name = first_name(row, PASSAGE)
    if name is None and row.get("answer") is None:
        raise InputError(f"{place} has the fields {_names(row)}; one of {', '.join(PASSAGE)}, pos or answer is needed")
    texts = strings_of(row["answer" if name is None else name], name or "answer", place)
    answers = None if name is None else _answers(row, place)
    if len(texts) > 1 and answers is not None:
        raise InputError(f"{place} has {len(texts)} passages with one answer; give each passage a row of its own")
    for number, passage in enumerate(texts):
        own = f"{identifier}-{number}" if identifier and number else identifier
        yield Record(place, question, passage, own, title, answers, negatives=negatives)


def _ranking(row: Mapping[str, Any], made: Record, passages: PassageFiles) -> Iterator[Record]:
    place = made.place
    if row.get("candidates") is not None:
        labelled = [(string_in(each, "text", place), each.get("label")) for each in _listed(row, "candidates", place)]
        positives = [("", text) for text, label in labelled if label == 1]
        negatives = [text for text, label in labelled if label == 0]
    else:
        positives = [passages.get(each, place) for each in _listed(row, "pos", place)]
        negatives = [passages.get(each, place)[1] for each in _listed(row, "neg", place)]
    if not positives:
        # Nothing answers the question: each passage by itself is an example of that.
        for number, text in enumerate(negatives):
            yield Record(place, made.question, text, _numbered(made.id, number))
    for number, (title, text) in enumerate(positives):
        own = _numbered(made.id, number)
        yield Record(place, made.question, text, own, title, answers=None, negatives=tuple(negatives))


def _numbered(identifier: str, number: int) -> str:
    return f"{identifier}-{number}" if identifier and number else identifier


def _answers(row: Mapping[str, Any], place: str) -> tuple[StatedAnswer, ...] | None:
    impossible = _flag(row.get("is_impossible"), place)
    stated = row.get("answers")
    if stated is not None:
        answers = _listed_answers(stated, place)
        if impossible and answers:
            raise InputError(f"{place} is marked impossible but has answers; label it one way")
        return answers
    if row.get("answer") is None:
        return () if impossible else None
    if impossible:
        raise InputError(f"{place} is marked impossible but has an answer; label it one way")
    return (_answer(row, "answer", place),)


def _listed_answers(stated: Any, place: str) -> tuple[StatedAnswer, ...]:
    """Texts, objects of ``text`` and ``answer_start``, or one object of two such lists."""
    if isinstance(stated, str):
        return (StatedAnswer(string_in({"answers": stated}, "answers", place)),)
    if isinstance(stated, Mapping):
        texts, starts = _listed(stated, "text", place), _listed(stated, "answer_start", place)
        if len(texts) != len(starts):
            raise InputError(f"{place}: 'answers' has {len(texts)} texts and {len(starts)} starts; they must agree")
        stated = [{"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)]
    if not isinstance(stated, list):
        raise InputError(f"{place}: 'answers' is {stated!r}; a list is needed")
    objects = [each if isinstance(each, Mapping) else {"text": each} for each in stated]
    return tuple(
        StatedAnswer(string_in(each, "text", place), _start(each.get("answer_start"), place)) for each in objects
    )


def _answer(row: Mapping[str, Any], name: str, place: str) -> StatedAnswer:
    return StatedAnswer(string_in(row, name, place), _start(row.get("answer_start"), place))


def _start(value: Any, place: str) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    raise InputError(f"{place}: 'answer_start' is {value!r}; a whole number is needed")


def _flag(value: Any, place: str) -> bool:
    said = "" if value is None else str(value).strip().lower()
    if said not in (*_YES, *_NO):
        raise InputError(f"{place}: 'is_impossible' is {value!r}; true or false is needed")
    return said in _YES


def _negatives(row: Mapping[str, Any], place: str) -> tuple[str, ...]:
    names = [name for name in row if name in ("negative", "negatives") or name.startswith("negative_")]
    return tuple(text for name in names if row[name] is not None for text in strings_of(row[name], name, place))


def _identifier(row: Mapping[str, Any], place: str) -> str:
    name = first_name(row, ("id", "qid"))
    return "" if name is None else optional_string_in(row, name, place)


def _listed(row: Mapping[str, Any], name: str, place: str) -> list[Any]:
    value = row.get(name, [])
    if not isinstance(value, list):
        raise InputError(f"{place}: {name!r} is {value!r}; a list is needed")
    return value


def _names(row: Mapping[str, Any]) -> str:
    return ", ".join(map(str, row)) or "none"
