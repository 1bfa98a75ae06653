"""Confidences and what came true -> a reliability diagram and a risk-coverage curve, as PNG files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evaluation.metrics.confidence import calibration_error, reliability, risk_coverage_area, risk_coverage_curve
from training.calibration.judging import Judged

_SIZE = (5.0, 4.5)
"""Inches."""
_DPI = 120


def plot_reliability(systems: Mapping[str, Sequence[Judged]], path: Path) -> None:
    """The share of right answers in each tenth of confidence; the size of a point tells how many answers it is of."""
    figure, axes = _figure("confidence", "share right")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    for name, judged in systems.items():
        confidences, right = _values(judged)
        bins = [each for each in reliability(confidences, right) if each.count]
        label = f"{name}: ECE {calibration_error(confidences, right):.3f}"
        (line,) = axes.plot([each.confidence for each in bins], [each.right for each in bins], label=label)
        sizes = [12 + 300 * each.count / len(judged) for each in bins]
        axes.scatter([each.confidence for each in bins], [each.right for each in bins], sizes, color=line.get_color())
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    _save(figure, path)


def plot_risk_coverage(systems: Mapping[str, Sequence[Judged]], path: Path) -> None:
    """The share of wrong answers among those given, by the share of questions that are answered."""
    figure, axes = _figure("share of questions answered", "share of these answered wrongly")
    for name, judged in systems.items():
        confidences, right = _values(judged)
        coverages, risks = zip(*risk_coverage_curve(confidences, right), strict=True)
        axes.plot(coverages, risks, label=f"{name}: area {risk_coverage_area(confidences, right):.3f}")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    _save(figure, path)


def _figure(across: str, up: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.3)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    figure.axes[0].legend(frameon=False)
    figure.savefig(path, format="png", dpi=_DPI)


def _values(judged: Sequence[Judged]) -> tuple[list[float], list[float]]:
    return [each.confidence for each in judged], [float(each.right) for each in judged]
