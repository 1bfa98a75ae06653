"""Risk and coverage: the share of wrong answers among those given, as fewer and fewer are withheld.

Answers are given from the surest down (El-Yaniv and Wiener 2010); the area under the curve is the mean risk over all
n coverages (Geifman, Uziel and El-Yaniv 2019). Answers of equal confidence can only be given together: within them
the risk is that of giving an even part of each, so that the order they came in does not matter. Without any
questions both are undefined: an empty curve, NaN.
"""

from collections.abc import Sequence
from itertools import groupby


def risk_coverage_curve(confidences: Sequence[float], right: Sequence[float]) -> list[tuple[float, float]]:
    """Coverage and risk after each confidence, both in [0, 1], from the surest down.

    Args:
        confidences: one for each question.
        right: 1 or 0, one for each question.
    """
    points, given, wrong = [], 0, 0.0
    for members in _from_the_surest(confidences, right):
        given += len(members)
        wrong += sum(1 - each for each in members)
        points.append((given / len(confidences), wrong / given))
    return points


def risk_coverage_area(confidences: Sequence[float], right: Sequence[float]) -> float:
    """In [0, 1], lower is better; see :func:`risk_coverage_curve` for the arguments."""
    if not confidences:
        return float("nan")
    total, given, wrong = 0.0, 0, 0.0
    for members in _from_the_surest(confidences, right):
        share = sum(1 - each for each in members) / len(members)
        for _ in members:
            given += 1
            wrong += share
            total += wrong / given
    return total / given


def _from_the_surest(confidences: Sequence[float], right: Sequence[float]) -> list[list[float]]:
    """What is right, grouped by equal confidence."""
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    return [[is_right for _, is_right in tied] for _, tied in groupby(pairs, key=lambda pair: pair[0])]
