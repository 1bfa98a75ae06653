"""TREC files: judgements (qrels: question, 0, document, grade) and runs (question, Q0, document, rank, score, name).

A run is ordered by its scores, equal ones by the document's id from Z to A, as ``trec_eval`` does; the ranks written
in the file do not count.
"""

import math
from pathlib import Path

from components.errors import InputError
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.data.files import lines_of
from evaluation.data.judgements import Judgements, grade_of


def read_trec_dataset(run: Path, qrels: Path) -> DataSet:
    """A finished ranking with the judgements on it.

    Questions of the run that nobody judged are left out, as ``trec_eval`` does.

    Raises:
        InputError: a file is empty or not of this kind, a document is ranked or judged twice for a question, or a
            judged question is not in the run.
    """
    judgements = Judgements()
    for row, cells in _rows(qrels, 4, "question, 0, document, grade"):
        judgements.add(cells[0], cells[2], grade_of(cells[3], row), row)
    relevant, ranked = judgements.relevant(qrels), read_run(run)
    for question in relevant:
        if question not in ranked:
            raise InputError(
                f"{run}: there is no row for question {question!r}, which {qrels} judges; "
                "a run without it would count as zero: complete the run, or take the question out of the judgements"
            )
    return DataSet(
        name=run.name,
        form="trec",
        tasks=("retrieval",),
        questions=tuple(
            DataSetQuestion(each, each, relevant=grades, row=f"{qrels}: question {each}")
            for each, grades in relevant.items()
        ),
        documents={},
        files=(run, qrels),
        rankings={question: ranked[question] for question in relevant},
    )


def read_run(path: Path) -> dict[str, tuple[str, ...]]:
    """The documents of every question, best first.

    Raises:
        InputError: the file is empty or not of this kind, or a document is ranked twice for a question.
    """
    scores: dict[str, dict[str, float]] = {}
    for row, (question, _, document, _, score, _) in _rows(path, 6, "question, Q0, document, rank, score, name"):
        found = scores.setdefault(question, {})
        if document in found:
            raise InputError(f"{row}: document {document!r} is ranked twice for question {question!r}")
        found[document] = _score(score, row)
    if not scores:
        raise InputError(f"{path} is an empty run; there is nothing to measure")
    return {
        question: tuple(sorted(sorted(found, reverse=True), key=lambda document: -found[document]))
        for question, found in scores.items()
    }


def _rows(path: Path, columns: int, names: str) -> list[tuple[str, list[str]]]:
    rows = [(row, line.split()) for row, line in lines_of(path)]
    for row, cells in rows:
        if len(cells) != columns:
            raise InputError(f"{row} has {len(cells)} columns; {columns} are needed: {names}")
    return rows


def _score(text: str, row: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{row}: the score {text!r} is no number to rank by")
    return value
