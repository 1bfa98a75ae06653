"""What chance does to a mean over questions: intervals, paired tests and their correction, and percentiles."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

PERCENTILES = (50, 95, 99)
"""Latencies are reported at these."""

BOOTSTRAP_RESAMPLES = 2000

_DRAWN_AT_ONCE = 20_000
"""Questions, over all resamples that are drawn together; as many as a processor keeps near."""

EXACT = 20
"""Differences up to which every assignment of signs is counted: about half a million."""

RESAMPLES = 20_000
"""Assignments that are drawn beyond; the least p is then 0.00005."""

_ROWS = 512
_TIES = 1e-9
"""Sums this near, relative to the greatest possible, count as equal: 0.1 + 0.2 is not quite 0.3."""


def bootstrap_interval(
    values: Sequence[float], *, level: float = 0.95, resamples: int = BOOTSTRAP_RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """A 95 % interval of a mean over questions, by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13).

    The questions are drawn again with replacement; the interval runs between the outer percentiles of the means. One
    value gives an interval of no width; none gives NaN. The same seed gives the same interval.
    """
    if not values:
        return math.nan, math.nan
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


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction of the p values of a family of tests, in [0, 1], in the order given.

    Whoever acts on corrected values below 0.05 raises any false alarm at all in at most one family of twenty. The k-th
    smallest of m values is multiplied by m - k + 1, none may fall below the result of a smaller one, and all are held
    at 1 (Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure). A test without a value (NaN) keeps its
    NaN and does not count in m.

    Raises:
        ValueError: a value is outside [0, 1].
    """
    for value in p_values:
        if not (math.isnan(value) or 0.0 <= value <= 1.0):
            raise ValueError(f"a p value is between 0 and 1, not {value}")
    tested = sorted((value, place) for place, value in enumerate(p_values) if not math.isnan(value))
    corrected = [math.nan] * len(p_values)
    highest = 0.0
    for step, (value, place) in enumerate(tested):
        highest = max(highest, min(1.0, value * (len(tested) - step)))
        corrected[place] = highest
    return corrected


def randomisation_p(differences: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 0) -> float:
    """The p value in [0, 1] of paired differences: how often chance alone parts two systems as far as they are apart.

    Under the null hypothesis the two values of a question might as well be exchanged, which turns the sign of their
    difference. p is the share of all assignments of signs whose mean difference is at least as far from 0 as the
    observed one (Fisher 1935, The Design of Experiments, section 21; Smucker, Allan and Carterette 2007, A Comparison
    of Statistical Significance Tests for Information Retrieval Evaluation). It is two-sided. Questions without a
    difference change no sum and are left out. Up to :data:`EXACT` others, all assignments are counted; beyond, a sample
    of them, and p is (b + 1) / (m + 1) for b of m that are as far, so that it is never 0 (Phipson and Smyth 2010).
    Without any difference p is 1; without any question it is NaN. The same seed gives the same value.

    Args:
        differences: one for each question, of two systems' values of one metric.
        resamples: assignments to draw where there are too many to count.
        seed: of the draw.
    """
    if not differences:
        return math.nan
    values = np.asarray(differences, dtype=np.float64)
    values = values[values != 0.0]
    if not len(values):
        return 1.0
    least = abs(values.sum()) - _TIES * np.abs(values).sum()
    if len(values) <= EXACT:
        return float(np.mean(np.abs(_all_sums(values)) >= least))
    generator = np.random.default_rng(seed)
    as_far = 0
    for first in range(0, resamples, _ROWS):
        rows = min(_ROWS, resamples - first)
        signs = generator.integers(0, 2, size=(rows, len(values)), dtype=np.int8) * 2.0 - 1.0
        as_far += int(np.count_nonzero(np.abs(signs @ values) >= least))
    return (as_far + 1) / (resamples + 1)


def _all_sums(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums under every assignment that keeps the first sign, (2 ** (n - 1),); the others mirror these."""
    sums = values[:1]
    for value in values[1:]:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies, such as latencies; in their unit.

    The p-th percentile of n sorted values stands at position (n - 1) p / 100 from 0; between two values it is
    interpolated linearly (Hyndman and Fan 1996, definition 7). One value is every percentile; none gives NaN.

    Args:
        seconds: in any order.
        share: in percent, from 0 to 100.
    """
    return float(np.percentile(np.asarray(seconds, dtype=np.float64), share)) if len(seconds) else math.nan
