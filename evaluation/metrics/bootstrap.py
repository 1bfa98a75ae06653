"""A 95 % interval of a mean over questions, by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13).

The questions are drawn again with replacement; the interval runs between the outer percentiles of the means. One
value gives an interval of no width; none gives NaN.
"""

from collections.abc import Sequence

import numpy as np

RESAMPLES = 2000


def bootstrap_interval(
    values: Sequence[float], *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Lower and upper end; the same seed gives the same interval."""
    if not values:
        return float("nan"), float("nan")
    sample = np.asarray(values, dtype=np.float64)
    generator = np.random.default_rng(seed)
    means = [float(generator.choice(sample, len(sample)).mean()) for _ in range(resamples)]
    tail = 100 * (1 - level) / 2
    lower, upper = np.percentile(means, [tail, 100 - tail])
    return float(lower), float(upper)
