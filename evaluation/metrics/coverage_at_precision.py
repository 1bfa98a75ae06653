"""Coverage at a precision: the largest share of questions that can be answered with at least that precision.

Answers are given from the surest down to a threshold; coverage is the share given, precision the share of these that
is right (El-Yaniv and Wiener 2010). Answers of equal confidence are given together or not at all, since no threshold
parts them. A precision that is never reached has coverage 0; without any questions it is undefined: NaN.
"""

from collections.abc import Sequence


def coverage_at_precision(confidences: Sequence[float], right: Sequence[float], precision: float) -> float:
    """In [0, 1], higher is better.

    Args:
        confidences: one for each question.
        right: 1 or 0, one for each question.
        precision: in [0, 1].
    """
    if not confidences:
        return float("nan")
    return _widest(confidences, right, precision)[0] / len(confidences)


def threshold_at_precision(confidences: Sequence[float], right: Sequence[float], precision: float) -> float | None:
    """The lowest confidence whose answers, with all surer ones, reach the precision; None where none does."""
    return _widest(confidences, right, precision)[1]


def _widest(confidences: Sequence[float], right: Sequence[float], precision: float) -> tuple[int, float | None]:
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    widest: tuple[int, float | None] = (0, None)
    given_right = 0.0
    for count, (confidence, is_right) in enumerate(pairs, start=1):
        given_right += is_right
        last_of_ties = count == len(pairs) or pairs[count][0] < confidence
        if last_of_ties and given_right >= precision * count:
            widest = (count, confidence)
    return widest
