"""Runs an experiment, or goes on with one that was stopped: all systems on all data sets, and what parts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.comparison import Comparison, compare
from evaluation.experiments.checks import check_parts
from evaluation.experiments.definition import Experiment
from evaluation.experiments.measurement import Measurement
from evaluation.experiments.watching import Unwatched, Watcher
from evaluation.outcome import Evaluation, Task

COMPARED: dict[Task, tuple[str, ...]] = {
    "reading": ("exact_match", "f1"),
    "answering": ("exact_match", "f1", "mrr@10"),
    "faq": ("right", "mrr@10"),
    "retrieval": ("ndcg@10", "recall@10", "mrr@10"),
}
"""Metrics that are compared where the experiment names none."""

WORK = "work"
"""Folder of the indexes and of the rows as they come, below that of the results."""


@dataclass(frozen=True, slots=True)
class Results:
    """What an experiment has found."""

    evaluations: tuple[Evaluation, ...]
    """Data set by data set, the systems in the experiment's order."""
    comparisons: tuple[Comparison, ...]


def run_experiment(experiment: Experiment, folder: Path, watcher: Watcher | None = None) -> Results:
    """Ask every system every question, or go on where a run before was stopped.

    Args:
        experiment: what is compared.
        folder: of the results; indexes and rows are kept below it.
        watcher: is told how far it is.

    Raises:
        InputError: data and corpus cannot be used together, or a metric does not fit.
        QuaereError: a system's model or index cannot be used; the message names the system.
    """
    check_parts(experiment.systems)
    evaluations: list[Evaluation] = []
    for plan in experiment.plans:
        # What is named has to be there; of the usual metrics, some need longer rankings than a system may have.
        measurement = Measurement(experiment.systems, plan, experiment.metrics or (), folder / WORK)
        evaluations += measurement.run(Unwatched() if watcher is None else watcher)
    metrics = {task: experiment.metrics or _usual(task, evaluations) for task in COMPARED}
    return Results(tuple(evaluations), compare(evaluations, experiment.baseline, metrics))


def _usual(task: Task, evaluations: Sequence[Evaluation]) -> tuple[str, ...]:
    """The usual metrics of a task that all systems have."""
    figures = [evaluation.figures for evaluation in evaluations if evaluation.task == task]
    return tuple(name for name in COMPARED[task] if all(name in each for each in figures))
