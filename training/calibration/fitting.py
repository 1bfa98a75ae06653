"""Rows of evidence -> a calibrator, and how far its confidences hold on other rows. Pure numpy.

A row is one asked question as :func:`training.calibration.evidence.evidence_row` keeps it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from components.calibration import KINDS, Calibrator, Floats, Logistic, logit
from components.errors import InputError
from components.types import AnswerKind, Evidence
from evaluation.metrics.calibration_error import calibration_error
from evaluation.metrics.coverage_at_precision import coverage_at_precision, threshold_at_precision
from training.calibration.logistic import fit_logistic

SHOWN = 3
"""Answers of a question that ``no_answer_confidence`` speaks of."""

READ_CLOSELY = 8
"""How many of a question's answers the weights are fitted on: those that ranker and reader like best.

Chosen by nothing else, since answers that were chosen by a signal cannot tell what that signal is worth.
"""

PASSAGE_PRECISION = 0.5
"""A whole passage is given from the confidence at which this share of such answers is right."""

UNANSWERABLE_SHARE = Fraction(2, 5)
"""The share of questions in use that the documents do not answer, which the thresholds are chosen for."""

PENALTY = 1.0

SLOPE_PENALTY = 1e-3
"""Keeps a slope finite where a few rows are separable."""

SIGNS = {"behind": -1.0}
"""A signal speaks for an answer (1) or against it; where the data say otherwise, others say the same, and it is 0."""

LEAST_WEIGHTS = {"codes": 6.0, "fits": 3.0}
"""Least weight of a signal, in logits from its worst to its best value.

Encyclopaedic questions hardly ever name an error code or a model, and their passages hold no tables: data of that kind
cannot tell that the row of another model is wrong however well it reads.
"""

Row = dict[str, Any]


def fit_calibrator(rows: Sequence[Row], penalty: float = PENALTY) -> Calibrator:
    """Fit the coefficients, then the joint probability, then the thresholds.

    Args:
        rows: from :func:`training.calibration.evidence.evidence_row`.
        penalty: L2, over standardised evidence.

    Raises:
        InputError: the rows of some kind of answer are all right or all wrong.
    """
    kinds = {kind: _fit_kind(kind, rows, penalty) for kind in KINDS}
    intercept, slope = _fit_any(Calibrator(kinds), rows)
    draft = Calibrator(kinds, intercept, slope)
    faq = [row for row in rows if row["origin"].startswith("faq")]
    texts = [row for row in rows if not row["origin"].startswith("faq")]
    thresholds = {
        "span": best_threshold(*_firsts(draft, texts, ("span",))),
        "faq": best_threshold(*_firsts(draft, faq, ("faq",))),
    }
    fitted = {kind: _with_threshold(model, thresholds.get(kind, model.threshold)) for kind, model in kinds.items()}
    passages = _passage_threshold(Calibrator(fitted, intercept, slope), texts)
    fitted["passage"] = _with_threshold(kinds["passage"], passages)
    return Calibrator(fitted, intercept, slope)


def best_threshold(confidences: Sequence[float], right: Sequence[bool], answerable: Sequence[bool]) -> float:
    """The confidence from which giving the first answer treats most questions well; of equals the lowest.

    A question is treated well if its right answer is given, or if it has none in the documents and nothing is given.
    Questions are weighed as if :data:`UNANSWERABLE_SHARE` of them had no answer. Where no question has one, nothing is
    given (1).
    """
    outside = sum(not each for each in answerable)
    inside = len(answerable) - outside
    # Exact, so that equals are equal.
    even = UNANSWERABLE_SHARE / (1 - UNANSWERABLE_SHARE)
    weight = Fraction(inside, outside) * even if outside and inside else Fraction(1)
    best, best_gain, gain = 1.0, Fraction(0), Fraction(0)
    order = sorted(zip(confidences, right, answerable, strict=True), key=lambda entry: -entry[0])
    for place, (confidence, is_right, has_answer) in enumerate(order):
        gain += int(is_right) - (0 if has_answer else weight)
        last_of_ties = place + 1 == len(order) or order[place + 1][0] < confidence
        if last_of_ties and gain >= best_gain:
            best, best_gain = confidence, gain
    return best


def report_on(calibrator: Calibrator, rows: Sequence[Row]) -> dict[str, Any]:
    """How far the confidences of the first answers hold on these rows."""
    confidences, right, answerable = _firsts(calibrator, rows, KINDS)
    exact = [float(first["exact"]) if (first := _first(calibrator, row, KINDS)) else 0.0 for row in rows]
    thresholds = [_threshold_of(calibrator, row) for row in rows]
    given = [confidence >= least for confidence, least in zip(confidences, thresholds, strict=True)]
    shares = [float(each) for each in right]
    inside = [place for place, has_answer in enumerate(answerable) if has_answer]
    outside = [place for place, has_answer in enumerate(answerable) if not has_answer]
    return {
        "questions": len(rows),
        "answerable": len(inside),
        "calibration_error": calibration_error(confidences, shares),
        "calibration_error_exact_match": calibration_error(confidences, exact),
        "calibration_error_any": calibration_error(*_anys(calibrator, rows)),
        "coverage_at_90_precision": coverage_at_precision(confidences, shares, 0.9),
        "coverage_at_90_precision_answerable": coverage_at_precision(
            [confidences[place] for place in inside], [shares[place] for place in inside], 0.9
        ),
        "right_and_given": _share([given[place] and right[place] for place in inside]),
        "withheld_of_unanswerable": _share([not given[place] for place in outside]),
        "precision_of_given": _share([right[place] for place in range(len(rows)) if given[place]]),
    }


def _fit_kind(kind: AnswerKind, rows: Sequence[Row], penalty: float) -> Logistic:
    """First what tells right answers from wrong ones, over those read closely, then how sure to be of the best one."""
    questions = [
        found
        for row in rows
        if (found := [each for each in (*row["answers"], *row["passages"]) if each["kind"] == kind])
    ]
    evidence = [np.array([each["evidence"] for each in answers], dtype=np.float64) for answers in questions]
    labels = [np.array([each["right"] for each in answers], dtype=np.float64) for answers in questions]
    right, count = int(sum(each.sum() for each in labels)), sum(len(each) for each in labels)
    if not 0 < right < count:
        raise InputError(
            f"Of {count} answers of kind {kind!r} {right} are right; some must be and some must not. "
            "Ask more questions."
        )
    close = [_read_closely(each) for each in evidence]
    fitted_on = np.concatenate([each[chosen] for each, chosen in zip(evidence, close, strict=True)])
    fitted_labels = np.concatenate([each[chosen] for each, chosen in zip(labels, close, strict=True)])
    deviation = fitted_on.std(axis=0)
    # A column without variation tells nothing; the scale of 1 keeps it at 0.
    scale = np.where(deviation > 1e-9, deviation, 1.0)
    draft = Logistic(tuple(fitted_on.mean(axis=0)), tuple(scale), (0.0,) * len(scale), 0.0, 0.5)
    coefficients = _signed_weights(draft.standardise(fitted_on), fitted_labels, penalty)
    for name, least in LEAST_WEIGHTS.items():
        place = Evidence.names().index(name)
        coefficients[place] = max(coefficients[place], least * scale[place])
    slope, intercept = _sureness([draft.standardise(each) @ coefficients for each in evidence], labels)
    return replace(
        draft,
        mean=_tuple(draft.mean),
        scale=_tuple(scale),
        coefficients=_tuple(coefficients * slope),
        intercept=intercept,
    )


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


def _sureness(scores: Sequence[Floats], labels: Sequence[Floats]) -> tuple[float, float]:
    """Slope and intercept of the confidence of each question's best answer, which decides whether one is given."""
    column = np.array([[each.max()] for each in scores])
    right = np.array([each[np.argmax(score)] for each, score in zip(labels, scores, strict=True)])
    slope, intercept = fit_logistic(column, right, SLOPE_PENALTY)
    return float(slope[0]), intercept


def _fit_any(calibrator: Calibrator, rows: Sequence[Row]) -> tuple[float, float]:
    """Intercept and slope between the logit of the joint probability and whether any shown answer is right."""
    joint, right = _anys(calibrator, rows)
    column = np.array([[logit(each)] for each in joint])
    coefficients, intercept = fit_logistic(column, np.array(right), SLOPE_PENALTY)
    return intercept, float(coefficients[0])


def _anys(calibrator: Calibrator, rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    """For each question the probability that one of its best answers is right, and whether one is."""
    joint, right = [], []
    for row in rows:
        best = _ranked(calibrator, row["answers"])[:SHOWN]
        joint.append(calibrator.any_right([_confidence(calibrator, each) for each in best]))
        right.append(float(any(each["right"] for each in best)))
    return joint, right


def _firsts(
    calibrator: Calibrator, rows: Sequence[Row], kinds: Sequence[AnswerKind]
) -> tuple[list[float], list[bool], list[bool]]:
    """For each question the confidence of its first answer, whether that is right, whether the question has one."""
    confidences, right = [], []
    for row in rows:
        first = _first(calibrator, row, kinds)
        confidences.append(0.0 if first is None else _confidence(calibrator, first))
        right.append(first is not None and bool(first["right"]))
    return confidences, right, [_has_answer(row) for row in rows]


def _has_answer(row: Row) -> bool:
    return row["origin"] in ("answerable", "faq")


def _first(calibrator: Calibrator, row: Row, kinds: Sequence[AnswerKind]) -> Row | None:
    ranked = _ranked(calibrator, [each for each in row["answers"] if each["kind"] in kinds])
    return ranked[0] if ranked else None


def _ranked(calibrator: Calibrator, answers: Sequence[Row]) -> list[Row]:
    return sorted(answers, key=lambda each: -_confidence(calibrator, each))


def _confidence(calibrator: Calibrator, answer: Row) -> float:
    kind: AnswerKind = answer["kind"]
    return float(calibrator.kinds[kind].probabilities([answer["evidence"]])[0])


def _threshold_of(calibrator: Calibrator, row: Row) -> float:
    first = _first(calibrator, row, KINDS)
    return 1.0 if first is None else calibrator.threshold(first["kind"])


def _passage_threshold(calibrator: Calibrator, rows: Sequence[Row]) -> float:
    """From the questions whose first exact answer is withheld, as only these are given a passage."""
    confidences, right = [], []
    for row in rows:
        first = _first(calibrator, row, ("span", "faq"))
        withheld = first is None or _confidence(calibrator, first) < calibrator.threshold(first["kind"])
        if withheld and row["passages"]:
            best = _ranked(calibrator, row["passages"])[0]
            confidences.append(_confidence(calibrator, best))
            right.append(float(best["right"]))
    threshold = threshold_at_precision(confidences, right, PASSAGE_PRECISION)
    return 1.0 if threshold is None else threshold


def _with_threshold(model: Logistic, threshold: float) -> Logistic:
    return replace(model, threshold=threshold)


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def _tuple(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)
