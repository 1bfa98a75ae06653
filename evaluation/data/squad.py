"""SQuAD-like files, 1.1 and 2.0: articles of paragraphs, with questions whose answers stand in their paragraph."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.errors import InputError
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.data.files import json_of, list_in, optional_string_in, refuse_repeated, string_in, text_of


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of an article."""

    article: str
    text: str


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with what would be a right answer."""

    id: str
    text: str
    references: tuple[str, ...]
    """Accepted answers; empty where the paragraph does not answer the question."""
    paragraph: int
    """Index into the file's paragraphs."""


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A SQuAD-like file."""

    path: Path
    paragraphs: tuple[Paragraph, ...]
    questions: tuple[LabelledQuestion, ...]

    def article_of(self, question: LabelledQuestion) -> str:
        """The title of the article that a question was asked about."""
        return self.paragraphs[question.paragraph].article

    def articles(self) -> list[str]:
        """All titles, sorted."""
        return sorted({paragraph.article for paragraph in self.paragraphs})


def read_questions(path: Path | str) -> QuestionFile:
    """Read a SQuAD-like file, plain or gzipped.

    Raises:
        InputError: the file is not of this kind, a question lacks its label or repeats an id, or an answer does not
            stand where its offset says.
    """
    file = Path(path)
    paragraphs: list[Paragraph] = []
    questions: list[LabelledQuestion] = []
    seen: dict[str, str] = {}
    for place, title, text, records in squad_paragraphs(json_of(text_of(file), str(file)), file):
        paragraphs.append(Paragraph(title, text))
        for record in records:
            question = _question(record, text, len(paragraphs) - 1, place)
            refuse_repeated(question.id, seen, place, "the question id")
            questions.append(question)
    return QuestionFile(file, tuple(paragraphs), tuple(questions))


def squad_paragraphs(content: Any, path: Path) -> Iterator[tuple[str, str, str, list[Any]]]:
    """Of each paragraph of a SQuAD-like file its place, its article's title, its text, and its questions.

    Raises:
        InputError: the content is not of this kind.
    """
    for article_number, article in enumerate(list_in(content, "data", f"{path}"), start=1):
        row = f"{path}: article {article_number}"
        title = optional_string_in(article, "title", row)
        for number, paragraph in enumerate(list_in(article, "paragraphs", row), start=1):
            place = f"{row} ({title}), paragraph {number}"
            yield place, title, string_in(paragraph, "context", place), list_in(paragraph, "qas", place)


def stated_answers(record: Any, row: str) -> list[Any]:
    """The answers that a question states; none where it is marked impossible.

    Raises:
        InputError: it has neither answers nor that mark, or both.
    """
    answers = list_in(record, "answers", row)
    impossible = bool(record.get("is_impossible", False))
    if impossible == bool(answers):
        state = "is marked impossible but has answers" if impossible else "has no answer and is not marked impossible"
        raise InputError(f"{row} {state}; label it one way")
    return answers


def _question(record: Any, context: str, paragraph: int, place: str) -> LabelledQuestion:
    identifier = string_in(record, "id", place)
    row = f"{place}, question {identifier}"
    text = string_in(record, "question", row)
    answers = stated_answers(record, row)
    for answer in answers:
        words, start = string_in(answer, "text", row), answer.get("answer_start")
        if not isinstance(start, int) or context[start : start + len(words)] != words:
            found = context[start : start + len(words)] if isinstance(start, int) else None
            raise InputError(f"{row}: the answer {words!r} does not stand at {start!r}, where {found!r} is")
    return LabelledQuestion(identifier, text, tuple(answer["text"] for answer in answers), paragraph)


def read_squad_dataset(path: Path) -> DataSet:
    """The questions of a SQuAD-like file over its own paragraphs.

    Raises:
        InputError: as of :func:`read_questions`, or there is no question.
    """
    file = read_questions(path)
    if not file.questions:
        raise InputError(f"{path}: there is no question in it; 'qas' is empty everywhere")
    return DataSet(
        name=path.name,
        form="squad",
        tasks=("answering", "reading", "retrieval"),
        questions=tuple(
            DataSetQuestion(
                id=each.id,
                text=each.text,
                references=each.references,
                relevant={str(each.paragraph): 1} if each.references else {},
                answerable=bool(each.references),
                document=str(each.paragraph),
                row=f"{path}: question {each.id}",
            )
            for each in file.questions
        ),
        documents={str(number): paragraph.text for number, paragraph in enumerate(file.paragraphs)},
        corpus=(path,),
        files=(path,),
    )
