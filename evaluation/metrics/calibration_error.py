"""Expected calibration error: how far confidence is from the share that is right.

ECE = sum over bins b of |b| / n * |share right in b - mean confidence in b| (Naeini et al. 2015; Guo et al. 2017) over
equally wide bins of [0, 1]. A confidence on an edge belongs to the upper bin, 1 to the last. Empty bins count
nothing; without any answers it is undefined: NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability diagram."""

    lower: float
    upper: float
    count: int
    confidence: float
    """Mean confidence of its answers; NaN where it has none."""
    right: float
    """Share of its answers that are right; NaN where it has none."""


def reliability(confidences: Sequence[float], right: Sequence[float], bins: int = BINS) -> list[Bin]:
    """The bins with their mean confidence and share of right answers.

    Args:
        confidences: in [0, 1].
        right: 1 or 0 (a share in between is allowed), one for each confidence.
        bins: how many.
    """
    members: list[list[tuple[float, float]]] = [[] for _ in range(bins)]
    for confidence, is_right in zip(confidences, right, strict=True):
        members[min(int(confidence * bins), bins - 1)].append((confidence, is_right))
    return [
        Bin(
            lower=place / bins,
            upper=(place + 1) / bins,
            count=len(pairs),
            confidence=_mean([confidence for confidence, _ in pairs]),
            right=_mean([is_right for _, is_right in pairs]),
        )
        for place, pairs in enumerate(members)
    ]


def calibration_error(confidences: Sequence[float], right: Sequence[float], bins: int = BINS) -> float:
    """In [0, 1], lower is better; see :func:`reliability` for the arguments."""
    if not confidences:
        return float("nan")
    filled = [each for each in reliability(confidences, right, bins) if each.count]
    return sum(each.count * abs(each.right - each.confidence) for each in filled) / len(confidences)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
