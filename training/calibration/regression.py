"""Scores and labels -> logistic regression and centred isotonic regression."""

from itertools import groupby

import numpy as np
from sklearn.linear_model import LogisticRegression

from components.answers.calibration import Floats
from components.logits import logit

DIGITS = 6
"""Scores closer than this are the same score."""

_STEPS = 100
_TOLERANCE = 1e-9


def fit_logistic(rows: Floats, labels: Floats, penalty: float, weights: Floats | None = None) -> tuple[Floats, float]:
    """Minimise the negative log-likelihood plus ``penalty`` / 2 times the squared coefficients.

    The intercept is not penalised. Standardise the rows first, so that the penalty means the same for each column.
    Where all labels are the same, the rows tell nothing: the coefficients are 0.

    Args:
        rows: (n_rows, n_columns).
        labels: (n_rows,), 0 or 1.
        penalty: greater than 0, which keeps separable data finite.
        weights: (n_rows,), how much each row counts; without them, each counts 1.

    Returns:
        The coefficients (n_columns,) and the intercept.
    """
    if labels.min() == labels.max():
        return np.zeros(rows.shape[1]), logit((labels.sum() + 1) / (len(labels) + 2))
    model = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=_TOLERANCE, max_iter=_STEPS)
    model.fit(rows, labels, sample_weight=weights)
    return np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0])


def isotonic_curve(scores: Floats, labels: Floats) -> tuple[tuple[float, float], ...]:
    """The monotone curve nearest to the labels: scores ascending, shares of right ones never descending.

    The labels are pooled by adjacent violators (Ayer et al. 1955; for confidences Zadrozny and Elkan 2002). Each pool
    is kept as one point, its mean score and its share of right ones, with straight lines between the points (centred
    isotonic regression, Oron and Flournoy 2017): steps would give a whole pool of answers the same confidence.

    Args:
        scores: (n,), in [0, 1].
        labels: (n,), 0 or 1; n is at least 1.
    """
    pairs = sorted(zip(np.round(scores, DIGITS).tolist(), labels.tolist(), strict=True))
    pools: list[tuple[float, float, int]] = []
    """Sum of scores, sum of labels, count."""
    for score, tied in groupby(pairs, key=lambda pair: pair[0]):
        members = [label for _, label in tied]
        pools.append((score * len(members), sum(members), len(members)))
        while len(pools) > 1 and _share(pools[-2]) >= _share(pools[-1]):
            last, before = pools.pop(), pools.pop()
            pools.append((before[0] + last[0], before[1] + last[1], before[2] + last[2]))
    return tuple((round(total / count, DIGITS), right / count) for total, right, count in pools)


def _share(pool: tuple[float, float, int]) -> float:
    return pool[1] / pool[2]
