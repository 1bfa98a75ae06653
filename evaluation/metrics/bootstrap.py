"""A 95 % interval of a mean over questions, by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13).

The questions are drawn again with replacement; the interval runs between the outer percentiles of the means. One
value gives an interval of no width; none gives NaN.
"""

from collections.abc import Sequence

import numpy as np

RESAMPLES = 2000

_DRAWN_AT_ONCE = 20_000
"""Questions, over all resamples that are drawn together; as many as a processor keeps near."""


def bootstrap_interval(
    values: Sequence[float], *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Lower and upper end; the same seed gives the same interval."""
    if not values:
        return float("nan"), float("nan")
    sample = np.asarray(values, dtype=np.float64)
    generator = np.random.default_rng(seed)
    rows = max(1, _DRAWN_AT_ONCE // len(sample))
    means = np.concatenate(
        [
            sample[generator.integers(0, len(sample), (min(rows, resamples - first), len(sample)))].mean(axis=1)
            for first in range(0, resamples, rows)
        ]
    )
    tail = 100 * (1 - level) / 2
    lower, upper = np.percentile(means, [tail, 100 - tail])
    return float(lower), float(upper)
