"""Labelled data: files -> questions with their references and paragraphs, passages, and FAQ pairs.

Reads SQuAD-like JSON, JSON Lines and TSV, plain or gzipped. Every error names the file and the row. Knows no index.
"""

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.errors import InputError


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


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """A frequent question with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class QuestionPair:
    """Two questions, judged to ask the same or not."""

    one: str
    other: str
    alike: bool


def read_questions(path: Path | str) -> QuestionFile:
    """Read a SQuAD-like file, 1.1 or 2.0.

    Raises:
        InputError: the file is not of this kind, a question lacks its label or repeats an id, or an answer does not
            stand where its offset says.
    """
    file = Path(path)
    content = _json(_text(file), file, "the file")
    paragraphs: list[Paragraph] = []
    questions: list[LabelledQuestion] = []
    seen: set[str] = set()
    for article_number, article in enumerate(_list(content, "data", f"{file}"), start=1):
        row = f"{file}: article {article_number}"
        title = str(article.get("title", ""))
        for number, paragraph in enumerate(_list(article, "paragraphs", row), start=1):
            place = f"{row} ({title}), paragraph {number}"
            text = _string(paragraph, "context", place)
            paragraphs.append(Paragraph(title, text))
            for question in _list(paragraph, "qas", place):
                questions.append(_question(question, text, len(paragraphs) - 1, place))
                if questions[-1].id in seen:
                    raise InputError(f"{place}: the question id {questions[-1].id!r} occurs twice; ids must be unique")
                seen.add(questions[-1].id)
    return QuestionFile(file, tuple(paragraphs), tuple(questions))


def read_passages(path: Path | str) -> tuple[Paragraph, ...]:
    """Read a TSV file of passages with the columns ``title`` and ``text``.

    Raises:
        InputError: a column or a row's text is missing.
    """
    file = Path(path)
    rows = csv.reader(_text(file).split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = next(rows, [])
    if not {"title", "text"} <= set(header):
        raise InputError(f"{file}: the columns are {header}; 'title' and 'text' are needed")
    passages = []
    for number, cells in enumerate(rows, start=1):
        if not cells:
            continue
        if len(cells) != len(header):
            raise InputError(f"{file}: row {number} has {len(cells)} columns instead of {len(header)}")
        record = dict(zip(header, cells, strict=True))
        passages.append(Paragraph(record["title"], _string(record, "text", f"{file}: row {number}")))
    return tuple(passages)


def read_faq(path: Path | str) -> tuple[FaqEntry, ...]:
    """Read JSON Lines of ``question`` and ``answer``."""
    return tuple(
        FaqEntry(_string(record, "question", row), _string(record, "answer", row)) for row, record in _lines(Path(path))
    )


def read_pairs(path: Path | str) -> tuple[QuestionPair, ...]:
    """Read JSON Lines of ``question_1``, ``question_2`` and ``similar`` (1 or 0)."""
    pairs = []
    for row, record in _lines(Path(path)):
        similar = str(record.get("similar"))
        if similar not in ("0", "1"):
            raise InputError(f"{row}: 'similar' is {record.get('similar')!r}; it must be 1 or 0")
        one, other = _string(record, "question_1", row), _string(record, "question_2", row)
        pairs.append(QuestionPair(one, other, similar == "1"))
    return tuple(pairs)


def sha256(path: Path | str) -> str:
    """The checksum of a data file, for the results that were measured on it."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _question(record: Any, context: str, paragraph: int, place: str) -> LabelledQuestion:
    identifier = _string(record, "id", place)
    row = f"{place}, question {identifier}"
    text = _string(record, "question", row)
    answers = _list(record, "answers", row)
    impossible = bool(record.get("is_impossible", False))
    if impossible == bool(answers):
        state = "is marked impossible but has answers" if impossible else "has no answer and is not marked impossible"
        raise InputError(f"{row} {state}; label it one way")
    for answer in answers:
        words, start = _string(answer, "text", row), answer.get("answer_start")
        if not isinstance(start, int) or context[start : start + len(words)] != words:
            found = context[start : start + len(words)] if isinstance(start, int) else None
            raise InputError(f"{row}: the answer {words!r} does not stand at {start!r}, where {found!r} is")
    return LabelledQuestion(identifier, text, tuple(answer["text"] for answer in answers), paragraph)


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            row = f"{path}: line {number}"
            yield row, _json(line, path, row)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _json(text: str, path: Path, row: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InputError(f"{path}: {row} is not valid JSON: {error}") from error


def _list(record: Any, name: str, row: str) -> list[Any]:
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, list):
        raise InputError(f"{row}: {name!r} is {type(value).__name__}; a list is needed")
    return value


def _string(record: Any, name: str, row: str) -> str:
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{row}: {name!r} is {value!r}; a text is needed")
    return value
