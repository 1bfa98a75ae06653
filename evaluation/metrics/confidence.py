"""How far confidences hold: calibration, ranking by confidence, and what a threshold on it gives.

Confidences are in [0, 1], one for each question; ``right`` is 1 or 0, one for each confidence (a share in between is
allowed). Without any questions a figure is undefined: NaN.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

BINS = 10


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """How well a score tells two kinds of questions apart, whatever the threshold; in [0, 1], higher is better.

    The area under the ROC curve = P(score of a positive > score of a negative) + P(equal) / 2, over all pairs (Hanley
    and McNeil 1982). It is 0.5 for scores that say nothing, and NaN where one of the kinds is missing.

    Args:
        scores: one for each question, such as the confidence that it is answered.
        positive: whether it is of the kind that should have the higher score, such as answerable.
    """
    if len(scores) != len(positive):
        raise ValueError(f"{len(scores)} scores for {len(positive)} labels; one for each is needed")
    values, is_positive = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    negatives = np.sort(values[~is_positive])
    positives = values[is_positive]
    if not len(negatives) or not len(positives):
        return math.nan
    below = np.searchsorted(negatives, positives, side="left")
    not_above = np.searchsorted(negatives, positives, side="right")
    return float((below + not_above).mean() / 2 / len(negatives))


def brier_score(confidences: Sequence[float], right: Sequence[float]) -> float:
    """The mean squared distance of confidences from what came true, in [0, 1], lower is better (Brier 1950).

    Unlike the calibration error it also rewards telling right answers from wrong ones, and no binning takes part.
    """
    if not confidences:
        return math.nan
    return _mean([(sure - is_right) ** 2 for sure, is_right in zip(confidences, right, strict=True)])


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
    """Equally wide bins of [0, 1], with their mean confidence and share of right answers.

    A confidence on an edge belongs to the upper bin, 1 to the last.
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
    """How far confidence is from the share that is right, in [0, 1], lower is better.

    Over the bins b of :func:`reliability`, the sum of |b| / n * |share right in b - mean confidence in b| (Naeini et
    al. 2015; Guo et al. 2017).
    """
    if not confidences:
        return math.nan
    filled = [each for each in reliability(confidences, right, bins) if each.count]
    return sum(each.count * abs(each.right - each.confidence) for each in filled) / len(confidences)


def coverage_at_precision(confidences: Sequence[float], right: Sequence[float], precision: float) -> float:
    """The largest share of questions that can be answered with at least this precision; in [0, 1], higher is better.

    Answers are given from the surest down to a threshold; coverage is the share given, precision the share of these
    that is right (El-Yaniv and Wiener 2010). Answers of equal confidence are given together or not at all, since no
    threshold parts them. A precision that is never reached has coverage 0.
    """
    if not confidences:
        return math.nan
    return _widest(confidences, right, precision)[0] / len(confidences)


def threshold_at_precision(confidences: Sequence[float], right: Sequence[float], precision: float) -> float | None:
    """The lowest confidence whose answers, with all surer ones, reach the precision; None where none does."""
    return _widest(confidences, right, precision)[1]


def _widest(confidences: Sequence[float], right: Sequence[float], precision: float) -> tuple[int, float | None]:
    widest: tuple[int, float | None] = (0, None)
    given, given_right = 0, 0.0
    for confidence, members in _from_the_surest(confidences, right):
        given += len(members)
        for is_right in members:
            given_right += is_right
        if given_right >= precision * given:
            widest = (given, confidence)
    return widest


def risk_coverage_curve(confidences: Sequence[float], right: Sequence[float]) -> list[tuple[float, float]]:
    """Coverage and risk, the share of wrong answers among those given, after each confidence, from the surest down."""
    points, given, wrong = [], 0, 0.0
    for _, members in _from_the_surest(confidences, right):
        given += len(members)
        wrong += sum(1 - each for each in members)
        points.append((given / len(confidences), wrong / given))
    return points


def risk_coverage_area(confidences: Sequence[float], right: Sequence[float]) -> float:
    """The mean risk over all n coverages, in [0, 1], lower is better (Geifman, Uziel and El-Yaniv 2019).

    Answers are given from the surest down (El-Yaniv and Wiener 2010). Answers of equal confidence can only be given
    together: within them the risk is that of giving an even part of each, so that their order does not matter.
    """
    if not confidences:
        return math.nan
    total, given, wrong = 0.0, 0, 0.0
    for _, members in _from_the_surest(confidences, right):
        share = sum(1 - each for each in members) / len(members)
        for _ in members:
            given += 1
            wrong += share
            total += wrong / given
    return total / given


def _from_the_surest(confidences: Sequence[float], right: Sequence[float]) -> list[tuple[float, list[float]]]:
    """Each confidence with what is right of its answers."""
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    return [(sure, [is_right for _, is_right in tied]) for sure, tied in groupby(pairs, key=lambda pair: pair[0])]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What a threshold on the confidence makes of exact match or F1, as SQuAD 2.0 measures it.

    A question counts what its best answer is worth where that is given, else what no answer is worth: 1 where the
    question has none, 0 where it has one (Rajpurkar, Jia and Liang 2018). Shares in [0, 1], higher is better; means
    over no questions are NaN.
    """

    threshold: float
    """Answers from this confidence are given; infinite where none is."""
    overall: float
    """Mean over all questions; ``has_answer`` and ``no_answer`` are those over the questions of each kind."""
    has_answer: float
    no_answer: float


def at_threshold(
    worth: Sequence[float], confidences: Sequence[float], answerable: Sequence[bool], threshold: float
) -> NoAnswer:
    """What a threshold gives.

    Args:
        worth: exact match or F1 of each question's best answer, however unsure; it does not count for a question
            without an answer, where any answer is wrong.
        confidences: of these answers.
        answerable: whether the question has an answer.
        threshold: least confidence of an answer that is given.
    """
    given = [confidence >= threshold for confidence in confidences]
    return when_given(worth, given, answerable, threshold)


def when_given(
    worth: Sequence[float], given: Sequence[bool], answerable: Sequence[bool], threshold: float = math.nan
) -> NoAnswer:
    """The same where something else than one threshold has decided what is given."""
    has = [value if is_given else 0.0 for value, is_given, has in zip(worth, given, answerable, strict=True) if has]
    none = [float(not is_given) for is_given, has in zip(given, answerable, strict=True) if not has]
    return NoAnswer(threshold, _mean(has + none), _mean(has), _mean(none))


def best_threshold(worth: Sequence[float], confidences: Sequence[float], answerable: Sequence[bool]) -> NoAnswer:
    """The threshold that makes ``overall`` largest; see :func:`at_threshold` for the arguments.

    It is chosen afterwards, on the same questions: a limit to what thresholds can do, no prediction. Questions of equal
    confidence are given or withheld together. Of thresholds that do equally well, the one that withholds most is taken.
    """
    order = sorted(range(len(worth)), key=lambda place: -confidences[place])
    score = best = float(sum(not has for has in answerable))
    threshold = math.inf
    for count, place in enumerate(order, start=1):
        score += worth[place] if answerable[place] else -1.0
        last_of_ties = count == len(order) or confidences[order[count]] < confidences[place]
        if last_of_ties and score > best:
            best, threshold = score, confidences[place]
    return at_threshold(worth, confidences, answerable, threshold)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
