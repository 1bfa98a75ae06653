"""Percentiles of latencies: the time within which a share of the questions was answered.

The p-th percentile of n sorted values stands at position (n - 1) p / 100 from 0; between two values it is interpolated
linearly (Hyndman and Fan 1996, definition 7). One value is every percentile; none gives NaN.
"""

from collections.abc import Sequence

import numpy as np

PERCENTILES = (50, 95, 99)


def percentile(seconds: Sequence[float], share: float) -> float:
    """In the unit of the values.

    Args:
        seconds: in any order.
        share: in percent, from 0 to 100.
    """
    return float(np.percentile(np.asarray(seconds, dtype=np.float64), share)) if len(seconds) else float("nan")
