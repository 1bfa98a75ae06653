"""Isotonic regression: scores and labels -> the monotone curve nearest to the labels. Pure numpy.

The labels are pooled by adjacent violators (Ayer et al. 1955; for confidences Zadrozny and Elkan 2002). Each pool is
kept as one point, its mean score and its share of right ones, with straight lines between the points (centred isotonic
regression, Oron and Flournoy 2017): steps would give a whole pool of answers the same confidence.
"""

from itertools import groupby

import numpy as np

from components.answers.calibration import Floats

DIGITS = 6
"""Scores closer than this are the same score."""


def isotonic_curve(scores: Floats, labels: Floats) -> tuple[tuple[float, float], ...]:
    """The points of the curve: scores ascending, shares of right ones never descending.

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
