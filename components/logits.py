"""The logistic function and its inverse. Pure."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def sigmoid(values: Floats | float) -> Floats:
    """The logistic function, without overflow."""
    result: Floats = 0.5 * (1.0 + np.tanh(0.5 * np.asarray(values, dtype=np.float64)))
    return result


def logit(probability: float) -> float:
    """The inverse of :func:`sigmoid`, finite also for 0 and 1."""
    held = min(max(probability, 1e-9), 1.0 - 1e-9)
    return math.log(held / (1.0 - held))
