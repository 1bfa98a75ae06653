"""Rows of evidence under a calibrator -> what each question's first answer is worth, and figures over them. Pure.

A row is one asked question as :func:`training.calibration.evidence.evidence_row` keeps it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.answers.calibration import KINDS, Calibrator, modelled
from components.answers.units import apart, leading
from components.types import QueryKind
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
    bests = bests_of(calibrator, rows)
    firsts, anys = [best[0] if best else (None, 0.0) for best in bests], anys_of(calibrator, bests)
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


def bests_of(calibrator: Calibrator, rows: Sequence[Row]) -> list[list[tuple[Row, float]]]:
    """For each question what would be shown, given or withheld, surest first, as the composer shows it."""
    units = [unit for row in rows for place in row["places"] for unit in place]
    confidences = iter(_confidences(calibrator, units))
    return [
        _shown(row["kind"], [[(unit, next(confidences)) for unit in place] for place in row["places"]]) for row in rows
    ]


def _confidences(calibrator: Calibrator, units: Sequence[Row]) -> list[float]:
    models = [modelled(unit["kind"]) for unit in units]
    found = np.zeros(len(units))
    for kind in KINDS:
        places = [place for place, model in enumerate(models) if model == kind]
        if places:
            found[places] = calibrator.kinds[kind].probabilities([units[place]["evidence"] for place in places])
    return [float(each) for each in found]


def _shown(asked: QueryKind, places: Sequence[Sequence[tuple[Row, float]]]) -> list[tuple[Row, float]]:
    shown = [
        place[leading([unit["kind"] for unit, _ in place], [confidence for _, confidence in place], asked)]
        for place in places
    ]
    shown.sort(key=lambda entry: -entry[1])
    return [shown[at] for at in apart([tuple(unit["at"]) for unit, _ in shown], SHOWN)]


def anys_of(calibrator: Calibrator, bests: Sequence[Sequence[tuple[Row, float]]]) -> list[tuple[float, bool]]:
    """For each question the probability that one of its best answers is right, and whether one is."""
    return [
        (calibrator.any_right([confidence for _, confidence in best]), any(unit["right"] for unit, _ in best))
        for best in bests
    ]


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
