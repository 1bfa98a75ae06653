"""Units of all kinds -> the weights of one regression for all of them, with each kind's own deviations.

What a signal is worth is much the same for a sentence and for the passage that holds it, and of some kinds there are
few: they share what the others tell (partial pooling; Gelman and Hill 2007, *Data Analysis Using Regression and
Multilevel/Hierarchical Models*, chapter 12), and the penalty draws their deviations to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from components.answers.calibration import KINDS, Floats, Logistic, modelled
from components.types import AnswerKind, Evidence
from training.calibration.judging import Row
from training.calibration.regression import fit_logistic

OWN = ("span", "faq", "mass", "length", "statement", "enumerates")
"""Signals whose weight may differ from kind to kind: those that speak of the unit, and of what fits the question."""

SIGNS = {"behind": -1.0, "length": 0.0, "statement": 0.0, "enumerates": 0.0}
"""A signal speaks for an answer (1) or against it (-1); where the data say otherwise, others say the same, and it is
left out. Of those that may speak either way (0) the data decide."""

LEAST_WEIGHTS = {"codes": 3.0, "fits": 1.5}
"""Least weight of a signal, in logits from its worst to its best value.

Few questions name an error code or a model: data without them cannot tell that the row of another model is wrong
however well it reads.
"""

READ_CLOSELY = 10
"""Places of a question that the weights are fitted on, the likeliest first."""

UNITS_A_QUESTION = 10.0
"""What the units of one question count together, however many they are."""


@dataclass(frozen=True, slots=True)
class Units:
    """The units of all questions: their evidence, kinds, labels and weights, each with one entry a unit."""

    evidence: Floats
    """(n_units, n_names)."""
    kinds: npt.NDArray[np.str_]
    right: Floats
    weights: Floats

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Units":
        """Of the likeliest places of each question."""
        questions = [[unit for place in row["places"][:READ_CLOSELY] for unit in place] for row in rows]
        units = [unit for question in questions for unit in question]
        weights = [
            UNITS_A_QUESTION * row.get("weight", 1.0) / len(question)
            for row, question in zip(rows, questions, strict=True)
            for _ in question
        ]
        return cls(
            np.array([unit["evidence"] for unit in units], dtype=np.float64).reshape(len(units), -1),
            np.array([modelled(unit["kind"]) for unit in units]),
            np.array([float(unit["right"]) for unit in units]),
            np.array(weights),
        )


def pooled_weights(units: Units, penalty: float) -> dict[AnswerKind, Logistic]:
    """The regression of every kind, with thresholds of one half."""
    names = Evidence.names()
    deviation = units.evidence.std(axis=0)
    # A column without variation tells nothing; the scale of 1 keeps it at 0.
    scale = np.where(deviation > 1e-9, deviation, 1.0)
    draft = Logistic(_tuple(units.evidence.mean(axis=0)), _tuple(scale), (0.0,) * len(names), 0.0, 0.5)
    standard = draft.standardise(units.evidence)
    own = [names.index(name) for name in OWN]
    shared, parts, intercept = _signed(standard, _own_columns(standard, units.kinds, own), units, penalty)
    for name, least in LEAST_WEIGHTS.items():
        place = names.index(name)
        shared[place] = max(shared[place], least * scale[place])
    models = {}
    for kind, part in zip(KINDS, parts.reshape(len(KINDS), -1), strict=True):
        coefficients = shared.copy()
        coefficients[own] += part[1:]
        models[kind] = Logistic(
            draft.mean, draft.scale, _tuple(coefficients), round(intercept + float(part[0]), 6), 0.5
        )
    return models


def _own_columns(standard: Floats, kinds: npt.NDArray[np.str_], own: Sequence[int]) -> Floats:
    """For each kind a column that is 1 for its units, and its own signals, 0 for all others."""
    columns = []
    for kind in KINDS:
        mask = (kinds == kind).astype(np.float64)[:, None]
        columns += [mask, mask * standard[:, own]]
    return np.hstack(columns)


def _signed(shared: Floats, own: Floats, units: Units, penalty: float) -> tuple[Floats, Floats, float]:
    """Weights of the signs that the signals must have; one that would have the other is left out."""
    signs = np.array([SIGNS.get(name, 1.0) for name in Evidence.names()])
    kept = np.ones(len(signs), dtype=bool)
    while True:
        columns = np.hstack([shared[:, kept], own])
        found, intercept = fit_logistic(columns, units.right, penalty, units.weights)
        coefficients = np.zeros(len(signs))
        coefficients[kept] = found[: kept.sum()]
        wrong = coefficients * signs < 0
        if not wrong.any():
            return coefficients, found[kept.sum() :], intercept
        kept &= ~wrong


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)
