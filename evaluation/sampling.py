"""Which of a file's questions an experiment asks."""

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

from components.errors import InputError
from evaluation.data.squad import LabelledQuestion, QuestionFile


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Asked = TypeVar("Asked", bound=_Identified)


def answerable_questions(file: QuestionFile) -> list[LabelledQuestion]:
    """Those that have an answer."""
    return [question for question in file.questions if question.references]


def sample_of(file: QuestionFile, count: int | None, seed: int) -> list[LabelledQuestion]:
    """A sample of the questions that have an answer.

    Raises:
        InputError: it is empty.
    """
    sample = sampled(answerable_questions(file), count, seed)
    if not sample:
        raise InputError(f"{file.path}: there is no question with an answer to ask (a sample of {count})")
    return sample


def sampled(questions: Sequence[Asked], count: int | None, seed: int) -> list[Asked]:
    """A sample that a larger one of the same seed begins with; all questions where ``count`` is None."""
    shuffled = sorted(questions, key=lambda question: question.id)
    random.Random(seed).shuffle(shuffled)
    return shuffled[:count]
