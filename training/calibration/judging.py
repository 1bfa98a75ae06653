"""Rows of evidence under a calibrator -> what each question's first answer is worth, and figures over them. Pure.

A row is one asked question as :func:`training.calibration.evidence.evidence_row` keeps it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.answers.calibration import KINDS, Calibrator
from components.types import AnswerKind
from evaluation.metrics.confidence import brier_score, calibration_error, coverage_at_precision, risk_coverage_area

Row = dict[str, Any]

SHOWN = 3
"""Answers of a question that ``no_answer_confidence`` speaks of."""

PRECISIONS = (0.8, 0.9, 0.95)
"""Coverage is reported at these."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question's best answer under a calibrator, given or withheld."""

    confidence: float
    """0 where there is no answer."""
    right: bool
    exact: bool
    """Whether the answer is right to the word."""
    answerable: bool
    given: bool
    """Whether it passes its kind's threshold."""
    any_confidence: float
    """That one of the best answers is right, as ``no_answer_confidence`` has it."""
    any_right: bool


def judge(calibrator: Calibrator, rows: Sequence[Row]) -> list[Judged]:
    """The first answers of all questions."""
    firsts, anys = firsts_of(calibrator, [row["answers"] for row in rows]), anys_of(calibrator, rows)
    return [
        Judged(
            confidence=confidence,
            right=first is not None and bool(first["right"]),
            exact=first is not None and bool(first["exact"]),
            answerable=has_answer(row),
            given=first is not None and confidence >= calibrator.threshold(first["kind"]),
            any_confidence=any_confidence,
            any_right=any_right,
        )
        for row, (first, confidence), (any_confidence, any_right) in zip(rows, firsts, anys, strict=True)
    ]


def confidences_of(calibrator: Calibrator, questions: Sequence[Sequence[Row]]) -> list[list[float]]:
    """The confidence of each answer of each question."""
    answers = [each for of_one in questions for each in of_one]
    found = np.zeros(len(answers))
    for kind in KINDS:
        places = [place for place, each in enumerate(answers) if each["kind"] == kind]
        if places:
            found[places] = calibrator.kinds[kind].probabilities([answers[place]["evidence"] for place in places])
    values = iter(found.tolist())
    return [[next(values) for _ in of_one] for of_one in questions]


def firsts_of(
    calibrator: Calibrator, questions: Sequence[Sequence[Row]], kinds: Sequence[AnswerKind] = KINDS
) -> list[tuple[Row | None, float]]:
    """Of the answers of each question the best of these kinds with its confidence; None and 0 where there is none."""
    chosen = [[each for each in answers if each["kind"] in kinds] for answers in questions]
    firsts: list[tuple[Row | None, float]] = []
    for answers, confidences in zip(chosen, confidences_of(calibrator, chosen), strict=True):
        best = confidences.index(max(confidences)) if confidences else None
        firsts.append((None, 0.0) if best is None else (answers[best], confidences[best]))
    return firsts


def anys_of(calibrator: Calibrator, rows: Sequence[Row]) -> list[tuple[float, bool]]:
    """For each question the probability that one of its best answers is right, and whether one is."""
    anys = []
    for row, confidences in zip(rows, confidences_of(calibrator, [row["answers"] for row in rows]), strict=True):
        best = sorted(zip(confidences, row["answers"], strict=True), key=lambda pair: -pair[0])[:SHOWN]
        anys.append(
            (calibrator.any_right([confidence for confidence, _ in best]), any(each["right"] for _, each in best))
        )
    return anys


def has_answer(row: Row) -> bool:
    """Whether the documents answer the question."""
    return row["origin"] in ("answerable", "faq")


def is_faq(row: Row) -> bool:
    """Whether the question was asked for the sake of the FAQ entries."""
    return str(row["origin"]).startswith("faq")


def figures_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """How far the confidences hold: shares in [0, 1], None where nothing is there to take a share of."""
    confidences = [each.confidence for each in judged]
    right = [float(each.right) for each in judged]
    inside = [each for each in judged if each.answerable]
    return {
        "questions": len(judged),
        "answerable": len(inside),
        "calibration_error": calibration_error(confidences, right),
        "calibration_error_exact_match": calibration_error(confidences, [float(each.exact) for each in judged]),
        "calibration_error_any": calibration_error(
            [each.any_confidence for each in judged], [float(each.any_right) for each in judged]
        ),
        "brier": brier_score(confidences, right),
        "risk_coverage_area": risk_coverage_area(confidences, right),
        **{coverage_name(level): coverage_at_precision(confidences, right, level) for level in PRECISIONS},
        "coverage_at_90_precision_answerable": coverage_at_precision(
            [each.confidence for each in inside], [float(each.right) for each in inside], 0.9
        ),
        "right_and_given": _share([each.given and each.right for each in inside]),
        "withheld_of_unanswerable": _share([not each.given for each in judged if not each.answerable]),
        "precision_of_given": _share([each.right for each in judged if each.given]),
    }


def coverage_name(precision: float) -> str:
    """The figure's name."""
    return f"coverage_at_{round(100 * precision)}_precision"


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
