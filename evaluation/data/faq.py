"""FAQ pairs: rows of question and answer, and questions judged to ask the same as a row or not.

Questions are compared with single spaces, as the index keeps them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.data.files import records_of, string_in


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


def read_faq(path: Path | str) -> tuple[FaqEntry, ...]:
    """Read JSON Lines of ``question`` and ``answer``."""
    return tuple(
        FaqEntry(string_in(record, "question", row), string_in(record, "answer", row))
        for row, record in records_of(Path(path))
    )


def read_pairs(path: Path | str) -> tuple[QuestionPair, ...]:
    """Read JSON Lines of ``question_1``, ``question_2`` and ``similar`` (1 or 0)."""
    return tuple(pair for _, pair in _pairs(Path(path)))


def read_faq_dataset(path: Path, paraphrases: Path) -> DataSet:
    """A FAQ and questions that ask what one of its rows asks.

    Pairs that are not alike say only what a question is not: they are checked and not asked.

    Raises:
        InputError: a file is not of this kind, a pair names a question that the FAQ does not hold, two judgements of
            one pair disagree, or no pair is alike.
    """
    entries = {str(number): entry for number, entry in enumerate(read_faq(path), start=1)}
    asked = _asked(path, entries, paraphrases)
    return DataSet(
        name=path.name,
        form="faq",
        tasks=("faq", "retrieval"),
        questions=tuple(
            DataSetQuestion(
                id=f"{number}",
                text=text,
                references=tuple(dict.fromkeys(entries[key].answer.strip() for key in relevant)),
                relevant=relevant,
                row=f"{paraphrases}: {text!r}",
            )
            for number, (text, relevant) in enumerate(asked.items(), start=1)
        ),
        documents={key: f"{entry.question.strip()}\n{entry.answer.strip()}" for key, entry in entries.items()},
        corpus=(path,),
        files=(path, paraphrases),
    )


def _asked(path: Path, entries: Mapping[str, FaqEntry], paraphrases: Path) -> dict[str, dict[str, int]]:
    """The questions that are asked, each with the rows that answer it."""
    rows: dict[str, list[str]] = {}
    for key, entry in entries.items():
        rows.setdefault(_spaced(entry.question), []).append(key)
    asked: dict[str, dict[str, int]] = {}
    judged: dict[tuple[str, str], tuple[bool, str]] = {}
    for row, pair in _pairs(paraphrases):
        one, other = _spaced(pair.one), _spaced(pair.other)
        if one not in rows:
            raise InputError(f"{row}: {path} holds no question {one!r}; correct the pair or add the row to the FAQ")
        alike, before = judged.setdefault((one, other), (pair.alike, row))
        if alike != pair.alike:
            raise InputError(f"{row}: the same two questions are judged the other way in {before}; keep one of them")
        if pair.alike:
            asked.setdefault(other, {}).update(dict.fromkeys(rows[one], 1))
    if not asked:
        raise InputError(f"{paraphrases}: no pair is alike ('similar': 1), so that there is nothing to ask")
    return asked


def _pairs(path: Path) -> list[tuple[str, QuestionPair]]:
    pairs = []
    for row, record in records_of(path):
        one, other = string_in(record, "question_1", row), string_in(record, "question_2", row)
        similar = str(record.get("similar"))
        if similar not in ("0", "1"):
            raise InputError(f"{row}: 'similar' is {record.get('similar')!r}; it must be 1 or 0")
        pairs.append((row, QuestionPair(one, other, similar == "1")))
    return pairs


def _spaced(text: str) -> str:
    return " ".join(text.split())
