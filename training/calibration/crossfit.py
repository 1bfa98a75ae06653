"""Several shapes of calibrator, each judged on questions that it was not fitted on, and the choice between them.

Groups of questions (articles, FAQ entries) are dealt into folds; what is fitted on all but one of them is judged on
that one. The choice of the best shape is itself judged in this way, by choosing anew within each outer training part
(nested cross-validation: Varma and Simon 2006), since the best of several looks better than it is.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import GroupKFold

from components.answers.calibration import Calibrator
from components.errors import InputError
from evaluation.metrics.confidence import coverage_at_precision
from training.calibration.judging import Judged, Row, judge

FOLDS = 5

LEAST_GROUPS = 2 * FOLDS
"""Fewer cannot be dealt out twice over."""

HELD_PRECISION = 0.9
"""A shape that answers fewer questions at this precision than the first one is not chosen."""

Fit = Callable[[Sequence[Row]], Calibrator]


class Fold(NamedTuple):
    """Places of rows."""

    others: list[int]
    """To fit on."""
    places: list[int]
    """To judge on."""


@dataclass(frozen=True, slots=True)
class CrossFitted:
    """What came of the comparison; every list is in the order of the rows."""

    shapes: Mapping[str, tuple[Judged, ...]]
    """By shape, each question judged by a fit that did not see its group."""
    nested: tuple[Judged, ...]
    """Each question judged by the shape that was chosen without its group: what to expect of the chosen one."""
    chosen: str


def cross_fit(
    fits: Mapping[str, Fit], rows: Sequence[Row], *, seed: int = 0, on_fit: Callable[[], None] = lambda: None
) -> CrossFitted:
    """Compare the shapes.

    Args:
        fits: by name; the first one is the measure of the others.
        rows: of at least :data:`LEAST_GROUPS` groups.
        seed: of the dealing.
        on_fit: called after each of the :func:`fits_of` fits.

    Raises:
        InputError: there are too few groups.
    """
    groups = len({row["group"] for row in rows})
    if groups < LEAST_GROUPS:
        raise InputError(
            f"the questions are about {groups} titles or passages; at least {LEAST_GROUPS} are needed, so that some "
            "can judge what was fitted on the others"
        )
    folds = folds_of(rows, seed)
    shapes = {name: _judged_by_fold(fit, rows, folds, on_fit) for name, fit in fits.items()}
    nested: dict[int, Judged] = {}
    for fold in folds:
        within = [rows[place] for place in fold.others]
        inner = folds_of(within, seed)
        best = winner({name: _judged_by_fold(fit, within, inner, on_fit) for name, fit in fits.items()})
        nested.update({place: shapes[best][place] for place in fold.places})
    return CrossFitted(shapes, tuple(nested[place] for place in range(len(rows))), winner(shapes))


def fits_of(shapes: int) -> int:
    """How many fits a comparison takes."""
    return shapes * FOLDS * (FOLDS + 1)


def winner(judged: Mapping[str, Sequence[Judged]]) -> str:
    """The shape of the least Brier score; the first one unless another is clearly better and answers no fewer.

    Clearly: by more than the standard error of the difference over the questions (the rule of Breiman et al. 1984 for
    choosing among models), since small differences are chance. No fewer: at 90 % precision.
    """
    first, *others = judged
    allowed = [name for name in others if _coverage(judged[name]) >= _coverage(judged[first])]
    gains = {name: _gain(judged[first], judged[name]) for name in allowed}
    better = [name for name, (gain, error) in gains.items() if gain > error]
    return max(better, key=lambda name: gains[name][0], default=first)


def _gain(first: Sequence[Judged], other: Sequence[Judged]) -> tuple[float, float]:
    """By how much the Brier score falls from one shape to another, and the standard error of that."""
    gains = np.array([_miss(one) - _miss(two) for one, two in zip(first, other, strict=True)])
    return float(gains.mean()), float(gains.std(ddof=1) / math.sqrt(len(gains))) if len(gains) > 1 else 0.0


def _miss(judged: Judged) -> float:
    return (judged.confidence - judged.right) ** 2


def folds_of(rows: Sequence[Row], seed: int) -> list[Fold]:
    """The folds; rows of one group are in one fold."""
    dealt = GroupKFold(FOLDS, shuffle=True, random_state=seed)
    found = dealt.split(np.zeros(len(rows)), groups=[row["group"] for row in rows])
    return [Fold(learnt.tolist(), judged.tolist()) for learnt, judged in found]


def _judged_by_fold(
    fit: Fit, rows: Sequence[Row], folds: Sequence[Fold], on_fit: Callable[[], None]
) -> tuple[Judged, ...]:
    found: dict[int, Judged] = {}
    for fold in folds:
        fitted = fit([rows[place] for place in fold.others])
        found.update(zip(fold.places, judge(fitted, [rows[place] for place in fold.places]), strict=True))
        on_fit()
    return tuple(found[place] for place in range(len(rows)))


def _coverage(judged: Sequence[Judged]) -> float:
    right = [float(each.right) for each in judged]
    return coverage_at_precision([each.confidence for each in judged], right, HELD_PRECISION)
