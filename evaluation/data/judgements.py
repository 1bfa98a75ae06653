"""Graded judgements of documents, as BEIR and TREC write them: which documents answer a question, and how well."""

from collections.abc import Mapping
from pathlib import Path

from components.errors import InputError


def grade_of(text: str, row: str) -> int:
    """A grade; 0 and less say that the document does not answer the question.

    Raises:
        InputError: it is no whole number.
    """
    try:
        return int(text)
    except ValueError as error:
        raise InputError(f"{row}: the grade {text!r} is no whole number") from error


class Judgements:
    """The grades of every question, collected row by row."""

    def __init__(self) -> None:
        self._grades: dict[str, dict[str, int]] = {}
        self._rows: dict[tuple[str, str], str] = {}

    def add(self, question: str, document: str, grade: int, row: str) -> None:
        """Take over one row.

        Raises:
            InputError: the same document was judged for the same question before.
        """
        if (question, document) in self._rows:
            before = self._rows[question, document]
            raise InputError(f"{row}: document {document!r} is judged for question {question!r} already in {before}")
        self._rows[question, document] = row
        self._grades.setdefault(question, {})[document] = grade

    def relevant(self, path: Path) -> Mapping[str, Mapping[str, int]]:
        """By question, the documents with a grade above 0.

        Raises:
            InputError: there are no judgements, or a question has no such document: no ranking can be right then.
        """
        if not self._grades:
            raise InputError(f"{path} holds no judgements")
        relevant = {}
        for question, grades in self._grades.items():
            relevant[question] = {document: grade for document, grade in grades.items() if grade > 0}
            if not relevant[question]:
                row = self._rows[question, next(iter(grades))]
                raise InputError(f"{row}: no document answers question {question!r}; take it out, it measures nothing")
        return relevant
