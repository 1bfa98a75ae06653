"""Brier score: the mean squared distance of confidences from what came true (Brier 1950).

BS = 1/n * sum (confidence - right)^2. Unlike the calibration error it also rewards telling right answers from wrong
ones, and no binning takes part. Without any answers it is undefined: NaN.
"""

from collections.abc import Sequence


def brier_score(confidences: Sequence[float], right: Sequence[float]) -> float:
    """In [0, 1], lower is better.

    Args:
        confidences: in [0, 1].
        right: 1 or 0 (a share in between is allowed), one for each confidence.
    """
    if not confidences:
        return float("nan")
    squares = [(confidence - is_right) ** 2 for confidence, is_right in zip(confidences, right, strict=True)]
    return sum(squares) / len(squares)
