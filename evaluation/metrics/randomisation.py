"""The paired randomisation test: how often chance alone parts two systems as far as they are apart.

Under the null hypothesis the two values of a question might as well be exchanged, which turns the sign of their
difference. p is the share of all assignments of signs whose mean difference is at least as far from 0 as the observed
one (Fisher 1935, The Design of Experiments, section 21; Smucker, Allan and Carterette 2007, A Comparison of Statistical
Significance Tests for Information Retrieval Evaluation). It is two-sided. Questions without a difference change no sum
and are left out. Up to :data:`EXACT` others, all assignments are counted; beyond, a sample of them, and p is
(b + 1) / (m + 1) for b of m that are as far, so that it is never 0 (Phipson and Smyth 2010). Without any difference p
is 1; without any question it is undefined: NaN.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

EXACT = 20
"""Differences up to which every assignment of signs is counted: about half a million."""

RESAMPLES = 20_000
"""Assignments that are drawn beyond; the least p is then 0.00005."""

_ROWS = 512
_TIES = 1e-9
"""Sums this near, relative to the greatest possible, count as equal: 0.1 + 0.2 is not quite 0.3."""


def randomisation_p(differences: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 0) -> float:
    """The p value in [0, 1] of paired differences; the same seed gives the same value.

    Args:
        differences: one for each question, of two systems' values of one metric.
        resamples: assignments to draw where there are too many to count.
        seed: of the draw.
    """
    if not differences:
        return float("nan")
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
