"""Logistic regression by Newton's method (iteratively reweighted least squares) with an L2 penalty. Pure numpy."""

import numpy as np

from components.answers.calibration import Floats
from components.logits import sigmoid

_STEPS = 100
_TOLERANCE = 1e-9


def fit_logistic(rows: Floats, labels: Floats, penalty: float) -> tuple[Floats, float]:
    """Minimise the negative log-likelihood plus ``penalty`` / 2 times the squared coefficients.

    The intercept is not penalised. Standardise the rows first, so that the penalty means the same for each column.

    Args:
        rows: (n_rows, n_columns).
        labels: (n_rows,), 0 or 1, of both kinds.
        penalty: greater than 0, which keeps separable data finite.

    Returns:
        The coefficients (n_columns,) and the intercept.
    """
    design = np.column_stack([rows, np.ones(len(rows))])
    weights = np.zeros(design.shape[1])
    share = float(np.clip(labels.mean(), 1e-6, 1 - 1e-6))
    weights[-1] = np.log(share / (1 - share))
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 0.0
    loss = _loss(design, labels, weights, ridge)
    for _ in range(_STEPS):
        predicted = sigmoid(design @ weights)
        gradient = design.T @ (predicted - labels) + ridge * weights
        curvature = (design.T * (predicted * (1 - predicted))) @ design + np.diag(ridge + 1e-12)
        step = np.linalg.solve(curvature, gradient)
        scale = 1.0
        # A full step may overshoot where the curvature is almost flat.
        while (after := _loss(design, labels, weights - scale * step, ridge)) > loss and scale > 1e-8:
            scale /= 2
        weights = weights - scale * step
        if loss - after < _TOLERANCE:
            break
        loss = after
    return weights[:-1], float(weights[-1])


def _loss(design: Floats, labels: Floats, weights: Floats, ridge: Floats) -> float:
    logits = design @ weights
    likelihood = np.logaddexp(0.0, logits) - labels * logits
    return float(likelihood.sum() + 0.5 * (ridge * weights**2).sum())
