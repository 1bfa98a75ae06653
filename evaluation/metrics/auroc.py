"""Area under the ROC curve: how well a score tells two kinds of questions apart, whatever the threshold.

AUROC = P(score of a positive > score of a negative) + P(equal) / 2, over all pairs (Hanley and McNeil 1982). It is 0.5
for scores that say nothing and 1 where every positive has a higher score than every negative. Undefined where one of
the kinds is missing: NaN.
"""

from collections.abc import Sequence

import numpy as np


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """In [0, 1], higher is better.

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
        return float("nan")
    below = np.searchsorted(negatives, positives, side="left")
    not_above = np.searchsorted(negatives, positives, side="right")
    return float((below + not_above).mean() / 2 / len(negatives))
