"""Rows of evidence -> a calibrator.

A row is one asked question as :func:`training.calibration.evidence.evidence_row` keeps it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from typing import Literal

import numpy as np
import numpy.typing as npt

from components.answers.calibration import KINDS, Calibrator, Floats, Logistic, modelled
from components.errors import InputError
from components.logits import logit
from components.types import AnswerKind, Evidence
from training.calibration.judging import Row, anys_of, bests_of, has_answer, is_faq
from training.calibration.regression import fit_logistic, isotonic_curve

Shape = Literal["logistic", "isotonic", "rescaled"]
"""How confidence follows from evidence: by a logistic regression; by the same with an isotonic curve after it; or by
the weights of another calibrator, with only slope and intercept fitted, which is all that few questions can tell."""

READ_CLOSELY = 8
"""How many of a question's answers the weights are fitted on: those that ranker and reader like best.

Chosen by nothing else, since answers that were chosen by a signal cannot tell what that signal is worth.
"""

UNANSWERABLE_SHARE = Fraction(2, 5)
"""The share of questions in use that the documents do not answer, which the thresholds are chosen for."""

PENALTY = 1.0

SLOPE_PENALTY = 1e-3
"""Keeps a slope finite where a few rows are separable."""

SIGNS = {"behind": -1.0, "length": 0.0, "statement": 0.0, "enumerates": 0.0}
"""A signal speaks for an answer (1) or against it (-1); where the data say otherwise, others say the same, and it is
left out. Of those that may speak either way (0) the data decide."""

LEAST_WEIGHTS = {"codes": 6.0, "fits": 3.0}
"""Least weight of a signal, in logits from its worst to its best value.

Encyclopaedic questions hardly ever name an error code or a model, and their passages hold no tables: data of that kind
cannot tell that the row of another model is wrong however well it reads.
"""


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
        InputError: there are no rows, or those of some kind of answer are all right or all wrong and there is no base.
    """
    if not rows:
        raise InputError("there is no asked question to fit the calibrator on")
    kinds = {kind: _fit_kind(kind, rows, shape, base, penalty) for kind in KINDS}
    intercept, slope = _fit_any(Calibrator(kinds), rows, base)
    fitted = Calibrator(kinds)
    of_texts, of_faqs = (_threshold(fitted, [row for row in rows if is_faq(row) is faq]) for faq in (False, True))
    for kind in KINDS:
        told = of_faqs if kind == "faq" else of_texts
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

    A question is treated well if its right answer is given, or if it has none in the documents and nothing is given.
    Questions are weighed as if :data:`UNANSWERABLE_SHARE` of them had no answer. Where no question has one, nothing is
    given (1).

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
    gains = [int(is_right) - (0 if answered else weight) for _, is_right, answered in order]
    counts = [
        count for count, (confidence, *_) in enumerate(order, 1) if count == len(order) or order[count][0] < confidence
    ]
    sums, squares = [Fraction(0), *accumulate(gains)], [Fraction(0), *accumulate(gain * gain for gain in gains)]
    best = max((0, *counts), key=lambda count: (sums[count], count))
    if best == 0:
        return 1.0
    as_good = (count for count in counts if (sums[best] - sums[count]) ** 2 < squares[count] - squares[best])
    return order[max([best, *as_good]) - 1][0]


def _fit_kind(kind: AnswerKind, rows: Sequence[Row], shape: Shape, base: Calibrator | None, penalty: float) -> Logistic:
    """First what tells right answers from wrong ones, over those read closely, then how sure to be of the best one."""
    units = ([unit for place in row["places"] for unit in place if modelled(unit["kind"]) == kind] for row in rows)
    questions = [found for found in units if found]
    evidence = [np.array([each["evidence"] for each in answers], dtype=np.float64) for answers in questions]
    labels = [np.array([each["right"] for each in answers], dtype=np.float64) for answers in questions]
    right, count = int(sum(each.sum() for each in labels)), sum(len(each) for each in labels)
    if not 0 < right < count:
        if base is not None:
            return base.kinds[kind]
        raise InputError(
            f"Of {count} answers of kind {kind!r} {right} are right; some must be and some must not. "
            "Ask more questions."
        )
    weights = base.kinds[kind] if base is not None and shape == "rescaled" else _weighed(evidence, labels, penalty)
    fitted = _sure(weights, evidence, labels)
    if base is not None and not any(fitted.coefficients):
        return base.kinds[kind]
    if shape != "isotonic":
        return fitted
    scores, best_right = _bests([fitted.probabilities(each) for each in evidence], labels)
    return replace(fitted, curve=isotonic_curve(scores, best_right))


def _weighed(evidence: Sequence[Floats], labels: Sequence[Floats], penalty: float) -> Logistic:
    """The weights that tell right answers from wrong ones, without slope and intercept."""
    close = [_read_closely(each) for each in evidence]
    fitted_on = np.concatenate([each[chosen] for each, chosen in zip(evidence, close, strict=True)])
    fitted_labels = np.concatenate([each[chosen] for each, chosen in zip(labels, close, strict=True)])
    deviation = fitted_on.std(axis=0)
    # A column without variation tells nothing; the scale of 1 keeps it at 0.
    scale = np.where(deviation > 1e-9, deviation, 1.0)
    draft = Logistic(_tuple(fitted_on.mean(axis=0)), _tuple(scale), (0.0,) * len(scale), 0.0, 0.5)
    coefficients = _signed_weights(draft.standardise(fitted_on), fitted_labels, penalty)
    for name, least in LEAST_WEIGHTS.items():
        place = Evidence.names().index(name)
        coefficients[place] = max(coefficients[place], least * scale[place])
    return replace(draft, coefficients=tuple(coefficients.tolist()))


def _sure(weights: Logistic, evidence: Sequence[Floats], labels: Sequence[Floats]) -> Logistic:
    """The same weights with the slope and intercept that the best answer of each question asks for.

    Where the surer ones are less often right, the best slope of the right sign is none: all are equally sure.
    """
    scores, right = _bests([weights.standardise(each) @ np.array(weights.coefficients) for each in evidence], labels)
    fitted, intercept = fit_logistic(scores[:, None], right, SLOPE_PENALTY)
    slope = float(fitted[0])
    if slope <= 0:
        slope, intercept = 0.0, logit((right.sum() + 1) / (len(right) + 2))
    coefficients = _tuple(slope * np.array(weights.coefficients))
    return replace(weights, coefficients=coefficients, intercept=intercept, curve=())


def _bests(scores: Sequence[Floats], labels: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Of each question the best score, which decides whether an answer is given, and whether that answer is right."""
    best = np.array([each.max() for each in scores])
    return best, np.array([each[np.argmax(score)] for each, score in zip(labels, scores, strict=True)])


def _read_closely(evidence: Floats) -> npt.NDArray[np.int64]:
    """The rows of a question's evidence that ranker and reader like best."""
    names = Evidence.names()
    score = evidence[:, names.index("relevance")] + evidence[:, names.index("span")] / 2
    return np.argsort(-score, kind="stable")[:READ_CLOSELY]


def _signed_weights(rows: Floats, labels: Floats, penalty: float) -> Floats:
    """Coefficients of the signs that the signals must have; one that would have the other is left out."""
    signs = np.array([SIGNS.get(name, 1.0) for name in Evidence.names()])
    kept = np.ones(len(signs), dtype=bool)
    while True:
        coefficients = np.zeros(len(signs))
        coefficients[kept], _ = fit_logistic(rows[:, kept], labels, penalty)
        wrong = coefficients * signs < 0
        if not wrong.any():
            return coefficients
        kept &= ~wrong


def _fit_any(calibrator: Calibrator, rows: Sequence[Row], base: Calibrator | None) -> tuple[float, float]:
    """Intercept and slope between the logit of the joint probability and whether any shown answer is right."""
    joint, right = zip(*anys_of(calibrator, bests_of(calibrator, rows)), strict=True)
    column = np.array([[logit(each)] for each in joint])
    coefficients, intercept = fit_logistic(column, np.array(right, dtype=np.float64), SLOPE_PENALTY)
    if base is not None and coefficients[0] <= 0:
        return base.any_intercept, base.any_slope
    return intercept, float(coefficients[0])


def _tuple(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)
