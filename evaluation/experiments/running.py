"""Runs an experiment, or goes on with one that was stopped: all systems on all data sets, and what parts them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.answers.calibration import Calibrator
from components.models.checkpoints import fingerprint
from components.query.synonyms import load_synonyms
from evaluation.comparison import MetricComparison, compare
from evaluation.experiments.definition import ComparedSystem, Experiment
from evaluation.experiments.indexes import Unwatched, Watcher, named
from evaluation.experiments.measurement import Measurement
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
class ExperimentResults:
    """What an experiment has found."""

    evaluations: tuple[Evaluation, ...]
    """Data set by data set, the systems in the experiment's order."""
    comparisons: tuple[MetricComparison, ...]


def run_experiment(experiment: Experiment, folder: Path, watcher: Watcher | None = None) -> ExperimentResults:
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
    return ExperimentResults(tuple(evaluations), compare(evaluations, experiment.baseline, metrics))


def _usual(task: Task, evaluations: Sequence[Evaluation]) -> tuple[str, ...]:
    """The usual metrics of a task that all systems have."""
    figures = [evaluation.figures for evaluation in evaluations if evaluation.task == task]
    return tuple(name for name in COMPARED[task] if all(name in each for each in figures))


def check_parts(systems: Iterable[ComparedSystem]) -> None:
    """Look for the models and files that the systems name.

    Raises:
        ModelError: a model is not there; the message names the system.
        ConfigurationError: a calibrator or synonyms cannot be read; likewise.
    """
    seen: set[str] = set()
    for system in systems:
        settings = system.settings
        with named(system):
            for model in (settings.models.embedder, settings.models.ranker, settings.models.reader):
                # Telling one costs a checksum of all its files.
                if model not in seen:
                    fingerprint(model)
                    seen.add(model)
            if settings.answers.calibrator is not None:
                Calibrator.load(settings.answers.calibrator)
            if settings.search.synonyms is not None:
                load_synonyms(settings.search.synonyms)
