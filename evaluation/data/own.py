"""A user's own questions: a table with the columns ``question``, ``answer`` and ``source``.

Further columns: ``answer_2``, ``answer_3`` ... for other accepted answers, ``id``, ``groups`` of whoever asks (with
commas between), and ``answerable``, where ``no`` says that the documents do not answer the question. The corpus is
what the user has indexed.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from components.converters.encoding import UndecodableError, decode
from components.errors import InputError
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.data.files import refuse_repeated

_DELIMITERS = ",;\t"
_ANSWER = re.compile(r"answer(_?\d+)?")
_ANSWERABLE = {"": True, "yes": True, "no": False}


def read_own_dataset(path: Path) -> DataSet:
    """The questions of a CSV or TSV file, in any usual encoding.

    Raises:
        InputError: a column is missing, a row lacks its question or its answer, contradicts itself, or repeats another.
    """
    questions, ids, texts = [], dict[str, str](), dict[str, str]()
    for row, cells in _rows(path):
        question = _question(row, cells)
        refuse_repeated(question.id, ids, row, "the id")
        whose = f" of {', '.join(question.groups)}" if question.groups else ""
        refuse_repeated(question.text + whose, texts, row, "the question")
        questions.append(question)
    if not questions:
        raise InputError(f"{path}: there is no row below the header")
    return DataSet(path.name, "own", ("answering", "retrieval"), tuple(questions), documents={}, files=(path,))


def _question(row: str, cells: Mapping[str, str]) -> DataSetQuestion:
    text = cells["question"]
    if not text:
        raise InputError(f"{row}: the question is missing")
    stated = cells.get("answerable", "").lower()
    if stated not in _ANSWERABLE:
        raise InputError(f"{row}: 'answerable' is {stated!r}; write yes or no")
    answers = tuple(dict.fromkeys(cell for name, cell in cells.items() if _ANSWER.fullmatch(name) and cell))
    answerable = _ANSWERABLE[stated]
    if answerable and not answers:
        raise InputError(
            f"{row}: {text!r} has no answer; write it, or no in a column 'answerable' if the documents do not answer it"
        )
    if answers and not answerable:
        raise InputError(f"{row}: {text!r} is marked as not answerable but has the answer {answers[0]!r}; keep one")
    identifier = cells.get("id") or row.rpartition(" ")[2]
    relevant = {identifier: 1} if answerable else {}
    return DataSetQuestion(
        id=identifier,
        text=text,
        references=answers,
        relevant=relevant,
        answerable=answerable,
        document=identifier,
        row=row,
        sources=(cells["source"],) if cells.get("source") else (),
        groups=_groups(cells),
    )


def _groups(cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for part in cells.get("groups", "").split(",") if (name := part.strip()))


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows that are not blank, by column, each with its place."""
    try:
        text = decode(path.read_bytes())
    except (OSError, UndecodableError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count))
    header = [name.strip().lower() for name in next(reader, [])]
    lacking = sorted({"question", "answer"} - set(header))
    if lacking:
        raise InputError(f"{path}: the columns are {header}; {' and '.join(map(repr, lacking))} must be among them")
    if len(set(header)) != len(header):
        raise InputError(f"{path}: two columns have the same name: {header}")
    try:
        for cells in reader:
            row = f"{path}: line {reader.line_num}"
            if len(cells) > len(header):
                raise InputError(
                    f"{row} has {len(cells)} cells under {len(header)} columns; put text that holds the separator "
                    "into quotation marks"
                )
            if any(cell.strip() for cell in cells):
                stripped = [cell.strip() for cell in cells] + [""] * (len(header) - len(cells))
                yield row, dict(zip(header, stripped, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num} is no row of a table: {error}") from error
