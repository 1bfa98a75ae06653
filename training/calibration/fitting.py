"""Rows of evidence -> a calibrator.

A row is one asked question as :func:`training.calibration.evidence.evidence_row` keeps it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from typing import Literal

import numpy as np

from components.answers.calibration import KINDS, Calibrator, Logistic
from components.errors import InputError
from components.logits import logit
from components.types import AnswerKind
from training.calibration.judging import Row, anys_of, bests_of, has_answer
from training.calibration.pooled import Units, pooled_weights
from training.calibration.regression import fit_logistic, isotonic_curve

Shape = Literal["logistic", "isotonic", "rescaled"]
"""How confidence follows from evidence: by a logistic regression; by the same with an isotonic curve after it; or by
the weights of another calibrator, with only slope and intercept fitted, which is all that few questions can tell."""

UNANSWERABLE_SHARE = Fraction(2, 5)
"""The share of questions in use that the documents do not answer, which the thresholds are chosen for."""

WRONG = Fraction(1, 2)
"""What a wrong answer costs, where a right one gains 1 and none nothing."""

PENALTY = 60.0
"""L2 of the weights, where the units of a question count :data:`~training.calibration.pooled.UNITS_A_QUESTION`."""

SLOPE_PENALTY = 1e-3
"""Keeps a slope finite where a few rows are separable."""


def fit_calibrator(
    rows: Sequence[Row], shape: Shape = "logistic", *, base: Calibrator | None = None, penalty: float = PENALTY
) -> Calibrator:
    """Fit the coefficients, then the joint probability, then the thresholds.

    Args:
        rows: from :func:`training.calibration.evidence.evidence_row`.
        shape: see :data:`Shape`.
        base: what stays as it is where the rows tell nothing; "rescaled" takes its weights.
        penalty: L2, over standardised evidence.

    Raises:
        InputError: there are no rows, or their answers are all right or all wrong and there is no base.
    """
    if not rows:
        raise InputError("there is no asked question to fit the calibrator on")
    kinds = _sure(_weights(rows, shape, base, penalty), rows, base)
    if shape == "isotonic":
        kinds = _curved(kinds, rows)
    intercept, slope = _fit_any(Calibrator(kinds), rows, base)
    told = _threshold(Calibrator(kinds), rows)
    for kind in KINDS:
        untold = 1.0 if base is None else base.threshold(kind)
        kinds[kind] = replace(kinds[kind], threshold=untold if told is None else told)
    return Calibrator(kinds, intercept, slope)


def _threshold(calibrator: Calibrator, asked: Sequence[Row]) -> float | None:
    """The confidence from which answers are given; None where it cannot be told.

    Questions that all have an answer would have everything given, and nothing where none has.
    """
    answerable = [has_answer(row) for row in asked]
    if len(set(answerable)) < 2:
        return None
    firsts = [best[0] if best else None for best in bests_of(calibrator, asked)]
    confidences = [0.0 if first is None else first[1] for first in firsts]
    right = [first is not None and bool(first[0]["right"]) for first in firsts]
    return best_threshold(confidences, right, answerable)


def with_least(calibrator: Calibrator, least: float) -> Calibrator:
    """The same, giving answers from this confidence on."""
    kinds = {kind: replace(model, threshold=least) for kind, model in calibrator.kinds.items()}
    return replace(calibrator, kinds=kinds)


def best_threshold(confidences: Sequence[float], right: Sequence[bool], answerable: Sequence[bool]) -> float:
    """The lowest confidence from which giving the first answer treats about as many questions well as any does.

    A question is treated well if its right answer is given, or if it has none in the documents and nothing is given; a
    wrong answer to one that has another costs :data:`WRONG`. Questions are weighed as if :data:`UNANSWERABLE_SHARE` of
    them had no answer. Where no question has one, nothing is given (1).

    The best threshold of a sample is a matter of a few questions, as the gain is flat around it. Of those whose gain is
    lower by less than the standard error of the difference, the lowest is taken (the one-standard-error rule of
    Breiman et al. 1984, *Classification and Regression Trees*): where it is all the same, an unsure answer is shown.
    """
    outside = sum(not each for each in answerable)
    inside = len(answerable) - outside
    # Exact, so that equals are equal.
    even = UNANSWERABLE_SHARE / (1 - UNANSWERABLE_SHARE)
    weight = Fraction(inside, outside) * even if outside and inside else Fraction(1)
    order = sorted(zip(confidences, right, answerable, strict=True), key=lambda entry: -entry[0])
    gains = [(1 if is_right else -WRONG) if answered else -weight for _, is_right, answered in order]
    counts = [
        count for count, (confidence, *_) in enumerate(order, 1) if count == len(order) or order[count][0] < confidence
    ]
    sums, squares = [Fraction(0), *accumulate(gains)], [Fraction(0), *accumulate(gain * gain for gain in gains)]
    best = max((0, *counts), key=lambda count: (sums[count], count))
    if best == 0:
        return 1.0
    as_good = (count for count in counts if (sums[best] - sums[count]) ** 2 < squares[count] - squares[best])
    return order[max([best, *as_good]) - 1][0]


Models = Mapping[AnswerKind, Logistic]


def _weights(rows: Sequence[Row], shape: Shape, base: Calibrator | None, penalty: float) -> Models:
    """What tells units that hold the answer from those that do not."""
    if base is not None and shape == "rescaled":
        return base.kinds
    units = Units.of(rows)
    right, count = int(units.right.sum()), len(units.right)
    if 0 < right < count:
        return pooled_weights(units, penalty)
    if base is not None:
        return base.kinds
    raise InputError(
        f"Of {count} possible answers {right} are right; some must be and some must not. Ask more questions."
    )


def _sure(models: Models, rows: Sequence[Row], base: Calibrator | None) -> dict[AnswerKind, Logistic]:
    """The same weights with the slope and intercept that the answers shown first ask for.

    One slope for all kinds, so that their order stays. Where the surer ones are less often right, the best slope of the
    right sign is none: all are equally sure.
    """
    firsts = [(best[0], row) for row, best in zip(rows, bests_of(Calibrator(models), rows), strict=True) if best]
    scores = np.array([[logit(confidence)] for (_, confidence), _ in firsts]).reshape(-1, 1)
    right = np.array([float(unit["right"]) for (unit, _), _ in firsts])
    if not len(right):
        return dict(models)
    weights = np.array([float(row.get("weight", 1.0)) for _, row in firsts])
    fitted, intercept = fit_logistic(scores, right, SLOPE_PENALTY, weights)
    slope = float(fitted[0])
    if slope <= 0:
        if base is not None:
            return dict(base.kinds)
        slope, intercept = 0.0, logit((right.sum() + 1) / (len(right) + 2))
    return {
        kind: replace(
            model,
            coefficients=tuple(round(slope * each, 6) for each in model.coefficients),
            intercept=round(slope * model.intercept + intercept, 6),
            curve=(),
        )
        for kind, model in models.items()
    }


def _curved(kinds: Models, rows: Sequence[Row]) -> dict[AnswerKind, Logistic]:
    """The same with the monotone curve that the answers shown first ask for."""
    firsts = [best[0] for best in bests_of(Calibrator(kinds), rows) if best]
    scores = np.array([confidence for _, confidence in firsts])
    curve = isotonic_curve(scores, np.array([float(unit["right"]) for unit, _ in firsts])) if firsts else ()
    return {kind: replace(model, curve=curve) for kind, model in kinds.items()}


def _fit_any(calibrator: Calibrator, rows: Sequence[Row], base: Calibrator | None) -> tuple[float, float]:
    """Intercept and slope between the logit of the joint probability and whether any shown answer is right."""
    joint, right = zip(*anys_of(calibrator, bests_of(calibrator, rows)), strict=True)
    column = np.array([[logit(each)] for each in joint])
    coefficients, intercept = fit_logistic(column, np.array(right, dtype=np.float64), SLOPE_PENALTY)
    if base is not None and coefficients[0] <= 0:
        return base.any_intercept, base.any_slope
    return intercept, float(coefficients[0])
