"""The results of an experiment -> what the terminal shows: one table for each data set.

Pure: values in, Rich renderables out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from components.foreign_text import one_line

if TYPE_CHECKING:
    from evaluation.comparison import MetricComparison
    from evaluation.experiments.running import ExperimentResults
    from evaluation.outcome import Evaluation


def experiment_view(results: ExperimentResults) -> RenderableType:
    """A table for each data set, and how to read them."""
    datasets = dict.fromkeys(evaluation.dataset for evaluation in results.evaluations)
    parts = [dataset_table(results, dataset) for dataset in datasets]
    return Group(*parts, Text(_legend(results.comparisons), style="dim"))


def dataset_table(results: ExperimentResults, dataset: str) -> Table:
    """Every system with its value and interval of each compared metric, and the corrected p of its difference."""
    found = {(each.system, each.metric): each for each in results.comparisons if each.dataset == dataset}
    evaluations = [each for each in results.evaluations if each.dataset == dataset]
    metrics = tuple(dict.fromkeys(metric for _, metric in found)) or tuple(evaluations[0].intervals)[:3]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=one_line(dataset), title_justify="left")
    for name in ("system", *metrics, "ms"):
        table.add_column(name, justify="left" if name == "system" else "right")
    for evaluation in evaluations:
        cells = (_cell(evaluation, metric, found.get((evaluation.system, metric))) for metric in metrics)
        table.add_row(one_line(evaluation.system), *cells, _milliseconds(evaluation))
    return table


def _cell(evaluation: Evaluation, metric: str, comparison: MetricComparison | None) -> str:
    if metric not in evaluation.figures:
        return ""
    lower, upper = evaluation.intervals[metric]
    text = f"{100 * evaluation.figures[metric]:.1f} ({100 * lower:.1f} to {100 * upper:.1f})"
    if comparison is None:
        return text
    p = "p < 0.001" if comparison.corrected < 0.001 else f"p {comparison.corrected:.3f}"
    return f"{text}\n{100 * comparison.difference:+.1f}, {p}{'*' if comparison.significant else ''}"


def _milliseconds(evaluation: Evaluation) -> str:
    median = evaluation.figures.get("seconds_total_p50")
    return "" if median is None else f"{1000 * median:.0f}"


def _legend(comparisons: Sequence[MetricComparison]) -> str:
    legend = "Percent, with 95 % intervals; ms is the median of a question."
    if not comparisons:
        return legend
    return (
        f"{legend} Below, the difference from {one_line(comparisons[0].baseline)} in points, and p of the paired "
        f"randomisation test, corrected by Holm over {len(comparisons)} comparisons; * is below 0.05."
    )
