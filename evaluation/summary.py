"""Per-question values -> the figures of a report."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evaluation.metrics.bootstrap import bootstrap_interval
from evaluation.metrics.hit_rate import hit_at

CUTOFFS = (1, 5, 30)


def percentage(values: Sequence[float]) -> dict[str, float]:
    """Mean in percent with its 95 % interval."""
    lower, upper = bootstrap_interval(values)
    return {"mean": 100 * float(np.mean(values)), "lower": 100 * lower, "upper": 100 * upper}


def recall(ranks: Sequence[int | None]) -> dict[str, float]:
    """Share of questions whose right paragraph is among the first k, in percent, by k."""
    return {str(k): 100 * float(np.mean([hit_at(rank, k) for rank in ranks])) for k in CUTOFFS}


def milliseconds(seconds: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile by stage."""
    stages: dict[str, Any] = {}
    for name in dict.fromkeys(name for each in seconds for name in each):
        values = 1000 * np.array([each[name] for each in seconds if name in each])
        stages[name] = {"median": float(np.median(values)), "p95": float(np.percentile(values, 95))}
    return stages
