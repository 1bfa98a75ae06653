"""Evaluations and comparisons -> a report to read: one HTML page, or Markdown. Measures nothing itself."""

from collections.abc import Sequence
from pathlib import Path

from components.errors import InputError
from components.writing import write_whole
from evaluation.comparison import MetricComparison
from evaluation.outcome import Evaluation
from evaluation.report.markdown import markdown
from evaluation.report.page import page

_FORMATS = {".html": page, ".htm": page, ".md": markdown, ".markdown": markdown}


def check_report(path: Path) -> None:
    """Find out before hours of measuring whether a report can be written there.

    Raises:
        InputError: the ending is none of a report's.
    """
    if path.suffix.lower() not in _FORMATS:
        raise InputError(
            f"{path}: a report ends in {', '.join(_FORMATS)}; {path.suffix or 'no ending'} is none of them"
        )


def write_report(evaluations: Sequence[Evaluation], comparisons: Sequence[MetricComparison], path: Path) -> None:
    """Write a report, whole or not at all.

    Args:
        evaluations: of one or several systems and data sets, in the order to show them.
        comparisons: with a baseline; may be empty.
        path: its ending decides between HTML and Markdown.

    Raises:
        InputError: there is nothing to report, or the ending is another one.
    """
    check_report(path)
    if not evaluations:
        raise InputError(f"{path}: there is no evaluation to report on")
    write_whole(path, _FORMATS[path.suffix.lower()](evaluations, comparisons))
