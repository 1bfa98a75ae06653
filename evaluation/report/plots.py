"""An evaluation's outcomes -> its plots, each with the table of what it shows, for those who read the numbers instead.

A plot whose data are not there is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from evaluation.comparison import MetricComparison
from evaluation.failures import ADVICE, losses, worst_stage
from evaluation.metrics.confidence import reliability, risk_coverage_curve
from evaluation.outcome import Evaluation, Outcome
from evaluation.report import svg
from evaluation.report.wording import (
    FAILURES,
    duration,
    metric_name,
    place_of,
    points,
    points_range,
    share,
    stage_name,
)

_COVERAGES = tuple(place / 10 for place in range(1, 11))
_CUTOFFS = (1, 3, 5, 10, 20, 30, 50, 100)
_LARGEST_DISC, _SMALLEST_DISC = 130.0, 10.0
"""Square points."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot with its words and its numbers."""

    title: str
    caption: str
    """How to read it, in a sentence or two."""
    drawing: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...] = ()
    """Names of the lines, in the order of their styles."""


def plots_of(evaluation: Evaluation) -> tuple[Plot, ...]:
    """All plots that this evaluation's outcomes give."""
    made = (
        failures_by_stage(evaluation.outcomes),
        recall_by_k(evaluation.outcomes),
        risk_coverage(evaluation.outcomes),
        reliability_diagram(evaluation.outcomes),
        time_by_stage(evaluation.outcomes),
    )
    return tuple(plot for plot in made if plot is not None)


def risk_coverage(outcomes: Sequence[Outcome]) -> Plot | None:
    """The share of wrong answers, as more and more of the less sure ones are given."""
    sure = [each for each in outcomes if each.prediction]
    if not any(each.confidence for each in sure):
        return None
    scale = len(sure) / len(outcomes)
    curve = [
        (scale * covered, risk)
        for covered, risk in risk_coverage_curve(
            [each.confidence for each in sure], [float(each.right) for each in sure]
        )
    ]
    # Below a few answers the share says nothing and swings from one end to the other.
    least = min(10 / len(outcomes), curve[-1][0])
    drawn = tuple(point for point in curve if point[0] >= least)
    rows = [
        (share(covered), share(risk))
        for wanted in _COVERAGES
        for covered, risk in [next((each for each in curve if each[0] >= wanted - 1e-9), (0.0, 0.0))]
        if covered
    ]
    return Plot(
        "Risk and coverage",
        "Of the questions that get an answer, from the surest down, the share that gets a wrong one; lower is better.",
        svg.as_svg(
            f"Wrong answers by coverage: {share(curve[-1][1])} wrong where {share(curve[-1][0])} are answered.",
            svg.chart(
                [svg.Series("wrong", drawn)],
                svg.share_axis("questions answered"),
                svg.share_axis("wrong", max(risk for _, risk in drawn)),
            ),
        ),
        ("answered", "wrong"),
        tuple(dict.fromkeys(rows)),
    )


def reliability_diagram(outcomes: Sequence[Outcome]) -> Plot | None:
    """Whether of the answers at 0.8 eight in ten are right."""
    sure = [each for each in outcomes if each.prediction]
    if not any(each.confidence for each in sure):
        return None
    bins = [
        each
        for each in reliability([each.confidence for each in sure], [float(each.right) for each in sure])
        if each.count
    ]
    most = max(each.count for each in bins)
    discs = svg.Series(
        "right",
        [(each.confidence, each.right) for each in bins],
        [max(_SMALLEST_DISC, _LARGEST_DISC * each.count / most) for each in bins],
        is_joined=False,
    )
    hints = [f"{each.count} answers of confidence {each.confidence:.2f}: {share(each.right)} right" for each in bins]
    return Plot(
        "Reliability",
        "Confidence beside the share that is right; on the dashed line both agree. Larger discs hold more answers.",
        svg.as_svg(
            f"Share right by confidence: {'; '.join(hints)}.",
            svg.chart([discs], svg.share_axis("confidence"), svg.share_axis("right"), diagonal=True),
        ),
        ("confidence", "answers", "mean confidence", "right"),
        tuple(
            (f"{each.lower:.1f} to {each.upper:.1f}", f"{each.count:,}", share(each.confidence), share(each.right))
            for each in bins
        ),
    )


def recall_by_k(outcomes: Sequence[Outcome]) -> Plot | None:
    """How often a right passage is among the first k, by stage of ranking."""
    ranked = [each for each in outcomes if each.answerable and each.ranks]
    stages = tuple(dict.fromkeys(stage for each in ranked for stage in each.ranks))
    if not stages:
        return None
    ranks = {stage: [each.ranks[stage] for each in ranked if stage in each.ranks] for stage in stages}
    deepest = max((rank for values in ranks.values() for rank in values if rank is not None), default=1)
    last = min(next((k for k in _CUTOFFS[3:] if k >= deepest), _CUTOFFS[-1]), _CUTOFFS[-1])

    def recall(stage: str, k: int) -> float:
        return float(np.mean([rank is not None and rank <= k for rank in ranks[stage]]))

    series = [
        svg.Series(stage_name(stage), tuple((float(k), recall(stage, k)) for k in range(1, last + 1)))
        for stage in stages
    ]
    ends = "; ".join(f"{stage_name(stage)} {share(recall(stage, last))}" for stage in stages)
    cutoffs = [k for k in _CUTOFFS if k <= last]
    return Plot(
        "Recall by k",
        "Questions that have a right passage among the first k of a ranking; higher is better.",
        svg.as_svg(
            f"Right passage among the first {last}: {ends}.",
            svg.chart(series, svg.count_axis("first k passages", last), svg.share_axis("found")),
        ),
        ("ranking", *(f"k = {k}" for k in cutoffs)),
        tuple((stage_name(stage), *(share(recall(stage, k)) for k in cutoffs)) for stage in stages),
        tuple(each.name for each in series),
    )


def failures_by_stage(outcomes: Sequence[Outcome]) -> Plot | None:
    """How many questions each stage lost."""
    if not outcomes:
        return None
    lost = losses(outcomes)
    worst = worst_stage(outcomes)
    bars = [
        svg.Bar(FAILURES[each.failure][0], float(each.count), f"{each.count:,} ({share(each.share)})") for each in lost
    ]
    summary = "; ".join(f"{bar.label} {bar.text}" for bar in bars if bar.value) or "none"
    caption = (
        f"{sum(each.count for each in lost):,} of {len(outcomes):,} questions went wrong; each is put down to the "
    )
    caption += "first stage that lost it. Mending that stage alone would bring its share at most."
    if worst is not None:
        caption += f" Work first on {ADVICE[worst.failure]}."
    return Plot(
        "Failures by stage",
        caption,
        svg.as_svg(f"Failures by stage: {summary}.", svg.bar_chart(bars)),
        ("stage", "questions", "share", "well at most, if mended", "what it means"),
        tuple(
            (
                FAILURES[each.failure][0],
                f"{each.count:,}",
                share(each.share),
                share(each.bound),
                FAILURES[each.failure][1],
            )
            for each in lost
        ),
    )


def time_by_stage(outcomes: Sequence[Outcome]) -> Plot | None:
    """Where the seconds of a question go."""
    stages = tuple(dict.fromkeys(stage for each in outcomes for stage in each.seconds))
    if not stages:
        return None
    medians, tails = [], []
    for stage in stages:
        values = [each.seconds[stage] for each in outcomes if stage in each.seconds]
        medians.append(float(np.median(values)))
        tails.append(float(np.percentile(values, 95)))
    bars = [
        svg.Bar(stage_name(stage), median, f"{duration(median)} (95th {duration(tail)})", max(tail, median))
        for stage, median, tail in zip(stages, medians, tails, strict=True)
    ]
    return Plot(
        "Time by stage",
        "Median of a question; the thin line reaches to the 95th percentile.",
        svg.as_svg("Time by stage: " + "; ".join(f"{bar.label} {bar.text}" for bar in bars) + ".", svg.bar_chart(bars)),
        ("stage", "median", "95th percentile"),
        tuple(
            (stage_name(stage), duration(median), duration(tail))
            for stage, median, tail in zip(stages, medians, tails, strict=True)
        ),
    )


def difference_plots(comparisons: Iterable[MetricComparison]) -> tuple[Plot, ...]:
    """For each data set and metric, how far every system is from the baseline."""
    groups: dict[tuple[str, str, str], list[MetricComparison]] = {}
    for each in comparisons:
        groups.setdefault((place_of(each), each.metric, each.baseline), []).append(each)
    return tuple(_difference_plot(*place, members) for place, members in groups.items())


def _difference_plot(place: str, metric: str, baseline: str, members: Sequence[MetricComparison]) -> Plot:
    spans = [
        svg.IntervalRow(
            each.system,
            each.interval[0],
            each.difference,
            each.interval[1],
            f"{points(each.difference)} ({points_range(each.interval)})",
            each.significant,
        )
        for each in members
    ]
    title = f"{metric_name(metric)} beside {baseline}, {place}"
    return Plot(
        title,
        "Difference in percentage points with its 95 % interval; filled where it is told apart from chance after the "
        "correction.",
        svg.as_svg(
            f"{title}: " + "; ".join(f"{each.label} {each.text}" for each in spans) + ".", svg.interval_chart(spans)
        ),
        ("system", "difference", "95 % interval"),
        tuple((each.system, points(each.difference), points_range(each.interval)) for each in members),
    )
