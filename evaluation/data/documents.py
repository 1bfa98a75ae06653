"""Real documents with questions: a folder with ``questions.jsonl`` and one corpus or more that the questions are about.

A line of ``questions.jsonl`` has ``id``, ``corpus``, ``question``, ``answerable``, ``expected`` (words that decide the
answer), ``match`` ("any" of them or "all", "none" where there is no answer), ``source`` (files that hold the answer),
and may have ``kind`` and ``language``. A corpus is a folder ``NAME`` or an archive ``NAME.tar.gz``, in ``corpora`` or
beside the questions.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.errors import InputError
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.data.files import objects_of, optional_string_in, refuse_repeated, string_in, strings_of

QUESTIONS = "questions.jsonl"
ARCHIVES = (".tar.gz", ".tgz", ".tar")
"""What an archive of a corpus ends in."""

_CORPORA = "corpora"
_MATCHES = ("any", "all", "none")


def is_documents(folder: Path) -> bool:
    """Whether a folder holds documents with questions."""
    return (folder / QUESTIONS).is_file()


def read_documents_datasets(folder: Path) -> list[DataSet]:
    """A data set for each corpus of a folder, in the order of the questions.

    Raises:
        InputError: a question cannot be used, or its corpus is missing.
    """
    questions: dict[str, list[DataSetQuestion]] = {}
    ids: dict[str, str] = {}
    for row, record in objects_of(folder / QUESTIONS):
        question = _question(row, record)
        refuse_repeated(question.id, ids, row, "the id")
        questions.setdefault(question.corpus, []).append(question)
    if not questions:
        raise InputError(f"{folder / QUESTIONS}: there is no question")
    return [_dataset(folder, name, tuple(asked)) for name, asked in questions.items()]


def _dataset(folder: Path, name: str, questions: tuple[DataSetQuestion, ...]) -> DataSet:
    corpus = _corpus(folder, name)
    return DataSet(
        name=name,
        form="documents",
        tasks=("answering",),
        questions=questions,
        documents={},
        corpus=(corpus,),
        files=tuple(path for path in (folder / QUESTIONS, corpus) if path.is_file()),
    )


def _corpus(folder: Path, name: str) -> Path:
    """The folder or archive of a corpus."""
    if not name or name != Path(name).name or name.startswith("."):
        raise InputError(f"{folder / QUESTIONS}: the corpus {name!r} is no name of a folder")
    places = [folder / _CORPORA, folder]
    found = [place / name for place in places if (place / name).is_dir()]
    found += [place / f"{name}{ending}" for place in places for ending in ARCHIVES]
    corpus = next((path for path in found if path.exists()), None)
    if corpus is None:
        raise InputError(
            f"{folder}: there is no corpus {name!r}; put its files into {folder / _CORPORA / name}, or an archive of "
            f"them beside it ({name}.tar.gz)"
        )
    return corpus


def _question(row: str, record: Mapping[str, Any]) -> DataSetQuestion:
    answerable, match = record.get("answerable", True), record.get("match", "any")
    if not isinstance(answerable, bool):
        raise InputError(f"{row}: 'answerable' is {answerable!r}; write true or false")
    if match not in _MATCHES:
        raise InputError(f"{row}: 'match' is {match!r}; it is one of {', '.join(_MATCHES)}")
    expected = strings_of(record.get("expected") or [], "expected", row)
    if answerable and not expected:
        raise InputError(f"{row}: 'expected' names no words; name those that decide the answer, or set answerable")
    identifier = optional_string_in(record, "id", row) or row.rpartition(" ")[2]
    return DataSetQuestion(
        id=identifier,
        text=string_in(record, "question", row),
        references=expected if answerable else (),
        answerable=answerable,
        row=row,
        sources=strings_of(record.get("source") or [], "source", row),
        every=match == "all",
        kind=optional_string_in(record, "kind", row),
        language=optional_string_in(record, "language", row),
        corpus=string_in(record, "corpus", row),
    )
