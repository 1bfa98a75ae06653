"""Holm's step-down correction of the p values of a family of tests.

Whoever acts on corrected values below 0.05 raises any false alarm at all in at most one family of twenty. The k-th
smallest of m values is multiplied by m - k + 1, none may fall below the result of a smaller one, and all are held at 1
(Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure). A test without a value (NaN) is none: it keeps its
NaN and does not count in m.
"""

import math
from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Corrected p values in [0, 1], in the order given.

    Raises:
        ValueError: a value is outside [0, 1].
    """
    for value in p_values:
        if not (math.isnan(value) or 0.0 <= value <= 1.0):
            raise ValueError(f"a p value is between 0 and 1, not {value}")
    tested = sorted((value, place) for place, value in enumerate(p_values) if not math.isnan(value))
    corrected = [float("nan")] * len(p_values)
    highest = 0.0
    for step, (value, place) in enumerate(tested):
        highest = max(highest, min(1.0, value * (len(tested) - step)))
        corrected[place] = highest
    return corrected
