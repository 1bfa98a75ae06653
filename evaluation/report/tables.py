"""Evaluations and comparisons -> the columns and rows of a report's tables, as text. Pure."""

import math
from collections.abc import Sequence

from evaluation.comparison import MetricComparison
from evaluation.outcome import Evaluation
from evaluation.report.wording import (
    figure_text,
    metric_name,
    place_of,
    points,
    points_range,
    probability,
    share,
    share_range,
)

MAIN = (
    *("exact_match", "f1", "right", "exact_match_at_threshold", "f1_at_threshold", "right_at_threshold"),
    *("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"),
    *("right_of_given", "given", "calibration_error", "seconds_total_p50"),
)
"""Figures of an overview, as far as there are any; the others are in the table of all."""

Rows = list[tuple[str, ...]]


def by_place(evaluations: Sequence[Evaluation]) -> dict[str, list[Evaluation]]:
    """The evaluations by what they were measured on."""
    groups: dict[str, list[Evaluation]] = {}
    for each in evaluations:
        groups.setdefault(place_of(each), []).append(each)
    return groups


def overview(evaluations: Sequence[Evaluation]) -> tuple[tuple[str, ...], Rows]:
    """Columns and rows of the main figures, one row a system."""
    names = tuple(name for name in MAIN if any(name in each.figures for each in evaluations))
    columns = ("system", "questions", *(metric_name(name) for name in names))
    rows = [
        (each.system, f"{len(each.outcomes):,}", *(_with_interval(each, name) for name in names))
        for each in evaluations
    ]
    return columns, rows


def figure_rows(evaluation: Evaluation) -> Rows:
    """Every figure by its stable name, with its interval where it has one."""
    return [
        (
            name,
            figure_text(name, value),
            share_range(evaluation.intervals[name]) if name in evaluation.intervals else "",
        )
        for name, value in evaluation.figures.items()
    ]


def comparison_rows(comparisons: Sequence[MetricComparison]) -> Rows:
    """Every difference from the baseline, with its p values."""
    return [
        (
            each.system,
            place_of(each),
            metric_name(each.metric),
            points(each.difference),
            points_range(each.interval),
            f"{each.better:,} / {each.worse:,}",
            probability(each.p),
            probability(each.corrected) + (" *" if each.significant else ""),
        )
        for each in comparisons
    ]


def _with_interval(evaluation: Evaluation, name: str) -> str:
    value = evaluation.figures.get(name, math.nan)
    if name not in evaluation.intervals:
        return figure_text(name, value)
    return f"{share(value)}\n({share_range(evaluation.intervals[name])})"
