"""Whether an answer is right: the one rule that figures, failures and the calibrator share. Pure."""

from collections.abc import Sequence

from components.types import AnswerKind
from evaluation.metrics.answers import f1, normalised

LEAST_F1 = 0.5
"""An answer of a few words is right from this token F1 with a reference."""


def is_right(text: str, kind: AnswerKind, references: Sequence[str]) -> bool:
    """Whether an answer is right.

    Args:
        text: the answer.
        kind: a whole FAQ answer or passage has to hold a reference; a span has to share half of its words with one.
        references: accepted answers; without any, no answer is right.
    """
    if not references or not text:
        return False
    if kind == "span":
        return f1(text, references) >= LEAST_F1
    held = f" {normalised(text)} "
    return any(f" {normalised(reference)} " in held for reference in references)
