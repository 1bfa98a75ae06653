"""Evaluations of several systems on the same questions -> how far each is from a baseline, and whether by chance.

Pure: it reads outcomes, and knows neither pipelines nor files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from components.errors import InputError
from evaluation.metrics.significance import bootstrap_interval, holm, randomisation_p
from evaluation.outcome import Evaluation, Task

SIGNIFICANT = 0.05
"""Corrected p values below are told apart from chance."""


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric of one system beside the baseline's, question by question."""

    system: str
    baseline: str
    dataset: str
    task: Task
    metric: str
    questions: int
    difference: float
    """Mean of the system's value minus the baseline's, in [-1, 1]."""
    interval: tuple[float, float]
    """95 % of the mean difference, by the bootstrap over questions."""
    p: float
    """Of the paired randomisation test, two-sided."""
    corrected: float
    """The same by Holm's correction over all that were compared together."""
    better: int
    """Questions on which the system's value is the higher one."""
    worse: int

    @property
    def significant(self) -> bool:
        """Whether the difference is told apart from chance after the correction."""
        return self.corrected < SIGNIFICANT


def compare(
    evaluations: Sequence[Evaluation], baseline: str, metrics: Mapping[Task, Sequence[str]] | None = None
) -> tuple[MetricComparison, ...]:
    """Compare every system with the baseline, data set by data set; all p values are corrected as one family.

    Args:
        evaluations: of one or several systems and data sets.
        baseline: the name of a system among them.
        metrics: per-question metrics by task; default: all that a system and the baseline have in common.

    Raises:
        InputError: the baseline is missing, two evaluations have the same system and data set, the systems answered
            other questions, or a metric does not fit.
    """
    by_place = {(each.dataset, each.task, each.system): each for each in evaluations}
    if len(by_place) < len(evaluations):
        raise InputError("two evaluations have the same system, data set and task; give each system its own name")
    found: list[MetricComparison] = []
    for (dataset, task, system), evaluation in by_place.items():
        if system == baseline:
            continue
        if (dataset, task, baseline) not in by_place:
            systems = ", ".join(sorted({each.system for each in evaluations if each.dataset == dataset}))
            raise InputError(f"the baseline {baseline!r} has no evaluation on {dataset}; there are: {systems}")
        names = None if metrics is None else metrics[task]
        found += compared(evaluation, by_place[dataset, task, baseline], names)
    corrected = holm([each.p for each in found])
    return tuple(replace(each, corrected=value) for each, value in zip(found, corrected, strict=True))


def compared(
    evaluation: Evaluation, baseline: Evaluation, metrics: Sequence[str] | None = None
) -> tuple[MetricComparison, ...]:
    """One system beside the baseline; ``corrected`` is still the plain p value.

    Raises:
        InputError: as of :func:`compare`.
    """
    _check_questions(evaluation, baseline)
    names = _common(evaluation, baseline) if metrics is None else tuple(metrics)
    return tuple(_comparison(evaluation, baseline, name) for name in names)


def differences(evaluation: Evaluation, baseline: Evaluation, metric: str) -> list[float]:
    """The system's value minus the baseline's, in the order of the system's questions.

    Questions for which the metric is not defined, such as the exact match where there is no answer, are left out.

    Raises:
        InputError: it is defined for no question, or for other questions of the two systems.
    """
    ours, theirs = _values(evaluation, metric), _values(baseline, metric)
    if only := sorted(ours.keys() ^ theirs.keys()):
        raise InputError(
            f"{evaluation.dataset}: question {only[0]} has {metric!r} in one of {evaluation.system} and "
            f"{baseline.system} alone; measure both with the same task"
        )
    return [value - theirs[identifier] for identifier, value in ours.items()]


def _comparison(evaluation: Evaluation, baseline: Evaluation, metric: str) -> MetricComparison:
    found = differences(evaluation, baseline, metric)
    p = randomisation_p(found)
    return MetricComparison(
        system=evaluation.system,
        baseline=baseline.system,
        dataset=evaluation.dataset,
        task=evaluation.task,
        metric=metric,
        questions=len(found),
        difference=float(np.mean(found)),
        interval=bootstrap_interval(found),
        p=p,
        corrected=p,
        better=sum(value > 0 for value in found),
        worse=sum(value < 0 for value in found),
    )


def _values(evaluation: Evaluation, metric: str) -> dict[str, float]:
    """By question."""
    found = {each.id: each.values[metric] for each in evaluation.outcomes if metric in each.values}
    if not found:
        raise InputError(
            f"{evaluation.system} on {evaluation.dataset}: no question has {metric!r}; there are: "
            f"{', '.join(_names(evaluation)) or 'no metrics'}"
        )
    return found


def _names(evaluation: Evaluation) -> list[str]:
    return list(dict.fromkeys(name for each in evaluation.outcomes for name in each.values))


def _common(evaluation: Evaluation, baseline: Evaluation) -> tuple[str, ...]:
    """Metrics that both have, in the system's order."""
    theirs = _names(baseline)
    return tuple(name for name in _names(evaluation) if name in theirs)


def _check_questions(evaluation: Evaluation, baseline: Evaluation) -> None:
    for each in (evaluation, baseline):
        if not each.outcomes:
            raise InputError(f"{each.system} on {each.dataset} has no questions: there is nothing to compare")
    ours, theirs = ({outcome.id for outcome in each.outcomes} for each in (evaluation, baseline))
    if ours != theirs:
        only = sorted(ours ^ theirs)
        raise InputError(
            f"{evaluation.system} and {baseline.system} did not answer the same questions of {evaluation.dataset}: "
            f"{len(only)} were asked of one alone, such as {only[0]}"
        )
