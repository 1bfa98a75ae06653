"""Outcomes -> every figure by its stable name, and the intervals of those that are means over questions. Pure.

Shares are in [0, 1], times in seconds, sizes in bytes; a figure that the data cannot tell is left out.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from evaluation.failures import losses
from evaluation.metrics.confidence import (
    auroc,
    best_threshold,
    brier_score,
    calibration_error,
    coverage_at_precision,
    risk_coverage_area,
    when_given,
)
from evaluation.metrics.significance import PERCENTILES, bootstrap_interval, percentile
from evaluation.outcome import Outcome

PRECISIONS = (0.8, 0.9, 0.95)
"""Coverage is reported at these."""

GROUPS: dict[str, Callable[[Outcome], str]] = {
    "kind": lambda outcome: outcome.kind,
    "language": lambda outcome: outcome.language,
    "corpus": lambda outcome: outcome.corpus,
}
"""What figures are told apart by."""

Intervals = dict[str, tuple[float, float]]


def figures_of(outcomes: Sequence[Outcome]) -> tuple[dict[str, float], Intervals]:
    """All figures of one evaluation, and the 95 % intervals of the means among them; outcomes are of one task."""
    figures: dict[str, float] = {
        "questions": len(outcomes),
        "answerable_questions": sum(outcome.answerable for outcome in outcomes),
    }
    means, intervals = mean_figures(outcomes)
    figures |= means
    if any(outcome.task != "retrieval" for outcome in outcomes):
        figures |= confidence_figures(outcomes) | no_answer_figures(outcomes)
        figures["passage_auroc"] = passage_auroc(outcomes)
    for loss in losses(outcomes):
        figures |= {f"failure_{loss.failure}": loss.share, f"bound_{loss.failure}": loss.bound}
    figures |= time_figures([outcome.seconds for outcome in outcomes])
    return {name: value for name, value in figures.items() if not math.isnan(value)}, intervals


def mean_figures(outcomes: Sequence[Outcome]) -> tuple[dict[str, float], Intervals]:
    """The means of the per-question metrics, over the questions that have them."""
    figures = _means(outcomes)
    intervals = {
        name: bootstrap_interval([each.values[name] for each in outcomes if name in each.values]) for name in figures
    }
    return figures, intervals


def grouped(outcomes: Sequence[Outcome], by: Callable[[Outcome], str]) -> dict[str, dict[str, float]]:
    """The means of every group of questions, and how many it holds; nothing where all are of one."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(by(outcome), []).append(outcome)
    if len(groups) < 2:
        return {}
    return {name: {"questions": float(len(members)), **_means(members)} for name, members in sorted(groups.items())}


def _means(outcomes: Sequence[Outcome]) -> dict[str, float]:
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.values)
    values = {name: [each.values[name] for each in outcomes if name in each.values] for name in names}
    return {name: sum(found) / len(found) for name, found in values.items()}


def confidence_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """How far confidences can be relied on, over all questions; an answer where there is none is wrong."""
    confidences = [outcome.confidence for outcome in outcomes]
    right = [float(outcome.right) for outcome in outcomes]
    of_given = [float(outcome.right) for outcome in outcomes if outcome.given]
    return {
        "given": len(of_given) / len(outcomes) if outcomes else math.nan,
        "right_of_given": sum(of_given) / len(of_given) if of_given else math.nan,
        "calibration_error": calibration_error(confidences, right),
        "brier": brier_score(confidences, right),
        "risk_coverage_area": risk_coverage_area(confidences, right),
        **{
            f"coverage_at_{round(100 * precision)}_precision": coverage_at_precision(confidences, right, precision)
            for precision in PRECISIONS
        },
    }


def no_answer_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """How well questions without an answer are told, as SQuAD 2.0 measures it; nothing where there are none."""
    answerable = [outcome.answerable for outcome in outcomes]
    if all(answerable):
        return {}
    confidences, given = [outcome.confidence for outcome in outcomes], [outcome.given for outcome in outcomes]
    figures = {"answerability_auroc": auroc(confidences, answerable)}
    for name in ("exact_match", "f1"):
        if not any(name in outcome.values for outcome in outcomes):
            continue
        worth = [outcome.values.get(name, 0.0) for outcome in outcomes]
        in_force, best = when_given(worth, given, answerable), best_threshold(worth, confidences, answerable)
        figures |= {
            f"{name}_has_answer": in_force.has_answer,
            f"{name}_best": best.overall,
            # Where nothing should be given at all, a confidence that no answer reaches.
            f"{name}_best_threshold": min(best.threshold, 1.0),
        }
    return figures | {"withheld_of_unanswerable": when_given(confidences, given, answerable).no_answer}


def passage_auroc(outcomes: Sequence[Outcome]) -> float:
    """How well the ranker tells retrieved passages that answer from those that do not, over all questions together."""
    answering = [logit for outcome in outcomes for logit in outcome.answering]
    lacking = [logit for outcome in outcomes for logit in outcome.lacking]
    return auroc([*answering, *lacking], [True] * len(answering) + [False] * len(lacking))


def time_figures(seconds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Percentiles of the seconds by stage, and questions a second of one who asks one after the other."""
    figures: dict[str, float] = {}
    for stage in dict.fromkeys(stage for each in seconds for stage in each):
        values = [each[stage] for each in seconds if stage in each]
        figures |= {f"seconds_{stage}_p{share}": percentile(values, share) for share in PERCENTILES}
    totals = [each["total"] for each in seconds if "total" in each]
    if sum(totals) > 0:
        figures["questions_per_second"] = len(totals) / sum(totals)
    return figures
