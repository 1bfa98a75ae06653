"""A fitted calibrator's comparison -> figures, a page of Markdown, plots, and facts for its file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.metrics.confidence import calibration_error, reliability, risk_coverage_area, risk_coverage_curve
from evaluation.report.svg import Series, chart, share_axis
from training.calibration.calibrator import Calibrated
from training.calibration.judging import Judged, Row, figures_of, is_faq

SHOWN = {
    "questions": "questions",
    "calibration_error": "ECE",
    "brier": "Brier",
    "risk_coverage_area": "risk-coverage area",
    "coverage_at_80_precision": "coverage at 80 % precision",
    "coverage_at_90_precision": "coverage at 90 % precision",
    "coverage_at_95_precision": "coverage at 95 % precision",
    "right_and_given": "right answers given",
    "withheld_of_unanswerable": "unanswerable questions withheld",
    "precision_of_given": "precision of what is given",
}
"""The figures of the tables, with their words."""

EXPECTED = "chosen"
"""The column of what to expect of the chosen shape, its choice included."""

_DPI = 200


def report_of(calibrated: Calibrated, rows: Sequence[Row]) -> dict[str, dict[str, dict[str, Any]]]:
    """Figures by kind of question (``texts``, ``faq``; only those that were asked), then by column, then by name.

    The columns are ``before``, each shape, and ``chosen``; all but the first are of questions not fitted on.
    """
    compared = calibrated.compared
    columns = {"before": calibrated.before, **compared.shapes, EXPECTED: compared.nested}
    parts = {
        "texts": [place for place, row in enumerate(rows) if not is_faq(row)],
        "faq": [place for place, row in enumerate(rows) if is_faq(row)],
    }
    return {
        part: {name: figures_of([judged[place] for place in places]) for name, judged in columns.items()}
        for part, places in parts.items()
        if places
    }


def facts_of(calibrated: Calibrated, report: Mapping[str, Mapping[str, Any]], rows: Sequence[Row]) -> dict[str, Any]:
    """What the calibrator's file says about its making, beside the provenance of its data."""
    least = {} if calibrated.least is None else {"least_confidence": calibrated.least}
    return {
        "questions": len(rows),
        "shape": calibrated.compared.chosen,
        **least,
        **{("report" if part == "texts" else f"report_{part}"): columns[EXPECTED] for part, columns in report.items()},
    }


def table_rows(columns: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """The table of one part: a head, then a line a figure."""
    head = ["", *columns]
    return [head, *([words, *(_number(each[name]) for each in columns.values())] for name, words in SHOWN.items())]


def markdown_of(report: Mapping[str, Mapping[str, Any]], remarks: Sequence[str]) -> str:
    """The report as a page that shows the plots beside it."""
    lines = ["# Calibration", "", *(f"- {remark}" for remark in remarks)]
    for part, columns in report.items():
        head, *others = table_rows(columns)
        lines += ["", f"## {'Questions about texts' if part == 'texts' else 'Questions of the FAQ'}", ""]
        lines += [_line(head), _line(["---"] * len(head)), *map(_line, others)]
    lines += ["", "![Reliability](reliability.png)", "", "![Risk and coverage](risk-coverage.png)"]
    return "\n".join(lines) + "\n"


def before_and_after(calibrated: Calibrated) -> dict[str, Sequence[Judged]]:
    """What the plots show."""
    return {"before": calibrated.before, f"after ({calibrated.compared.chosen})": calibrated.compared.nested}


def plot_reliability(systems: Mapping[str, Sequence[Judged]], path: Path) -> None:
    """The share of right answers in each tenth of confidence; the size of a point tells how many answers it is of."""
    lines = []
    for name, judged in systems.items():
        confidences, right = _values(judged)
        bins = [each for each in reliability(confidences, right) if each.count]
        label = f"{name}: ECE {calibration_error(confidences, right):.3f}"
        sizes = [5 + 120 * each.count / len(judged) for each in bins]
        lines.append(Series(label, [(each.confidence, each.right) for each in bins], sizes))
    axes = share_axis("confidence"), share_axis("right")
    chart(lines, *axes, diagonal=True, legend=True).savefig(path, dpi=_DPI)


def plot_risk_coverage(systems: Mapping[str, Sequence[Judged]], path: Path) -> None:
    """The share of wrong answers among those given, by the share of questions that are answered."""
    lines = []
    for name, judged in systems.items():
        confidences, right = _values(judged)
        label = f"{name}: area {risk_coverage_area(confidences, right):.3f}"
        lines.append(Series(label, risk_coverage_curve(confidences, right)))
    most = max(risk for line in lines for _, risk in line.points)
    axes = share_axis("questions answered"), share_axis("of these answered wrongly", most)
    chart(lines, *axes, legend=True).savefig(path, dpi=_DPI)


def _values(judged: Sequence[Judged]) -> tuple[list[float], list[float]]:
    return [each.confidence for each in judged], [float(each.right) for each in judged]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float | int | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
