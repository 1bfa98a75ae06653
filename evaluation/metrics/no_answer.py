"""No-answer detection as SQuAD 2.0 measures it: what a threshold on the confidence makes of exact match or F1.

With a threshold t, a question counts what its best answer is worth (exact match or F1) where the confidence is at
least t, else what no answer is worth: 1 where the question has none, 0 where it has one. ``has_answer`` and
``no_answer`` are the means over the questions of each kind, ``overall`` over all (Rajpurkar, Jia and Liang 2018). The
best threshold is chosen afterwards, on the same questions, so that ``overall`` becomes largest: a limit to what
thresholds can do, no prediction. Questions of equal confidence are given or withheld together, since no threshold
parts them. Of thresholds that do equally well, the one that withholds most is taken. Means over no questions are NaN.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The figures at one threshold; shares in [0, 1], higher is better."""

    threshold: float
    """Answers from this confidence are given; infinite where none is."""
    overall: float
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
    """The threshold that makes ``overall`` largest; see :func:`at_threshold` for the arguments."""
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
