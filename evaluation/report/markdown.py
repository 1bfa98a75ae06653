"""Evaluations and comparisons -> Markdown: the tables and the numbers of every plot, and the first failures."""

import re
from collections.abc import Iterable, Sequence

from components.foreign_text import one_line
from evaluation.comparison import MetricComparison
from evaluation.outcome import Evaluation, Outcome
from evaluation.report.failures import chosen_failures
from evaluation.report.plots import plots_of
from evaluation.report.tables import by_place, comparison_rows, figure_rows, overview
from evaluation.report.wording import COMPARED, FAILURES, FIGURES, place_of, share, title_of

FAILURES_SHOWN = 20
"""Of each evaluation."""

_MEANING = re.compile(r"([\\`*_\[\]<>|~&$])")


def markdown(evaluations: Sequence[Evaluation], comparisons: Sequence[MetricComparison] = ()) -> str:
    """The report as text."""
    parts = [f"# {escape_markdown(title_of(evaluations))}"]
    for place, members in by_place(evaluations).items():
        parts += [f"## {escape_markdown(place)}", _table(*overview(members))]
    parts.append("In brackets, 95 % intervals by the bootstrap over questions.")
    if comparisons:
        parts += [
            f"## Beside the baseline, {escape_markdown(comparisons[0].baseline)}",
            _table(COMPARED, comparison_rows(comparisons)),
            "Differences in percentage points. p: paired randomisation test, two-sided, corrected by Holm over all "
            f"{len(comparisons)} comparisons; \\* is told apart from chance.",
        ]
    for evaluation in evaluations:
        parts += _section(evaluation)
    return "\n\n".join(parts) + "\n"


def _section(evaluation: Evaluation) -> list[str]:
    parts = [f"## {escape_markdown(evaluation.system)} on {escape_markdown(place_of(evaluation))}"]
    for plot in plots_of(evaluation):
        parts += [f"### {plot.title}", plot.caption, _table(plot.columns, plot.rows)]
    failed = sum(each.failure is not None for each in evaluation.outcomes)
    if failed:
        shown = chosen_failures(evaluation.outcomes, FAILURES_SHOWN)
        parts += [f"### What went wrong: {len(shown)} of {failed:,}", _failures(shown)]
    return [*parts, "### All figures", _table(FIGURES, figure_rows(evaluation))]


def _failures(outcomes: Iterable[Outcome]) -> str:
    rows = [
        (
            FAILURES[each.failure or "misread"][0],
            each.question,
            " · ".join(dict.fromkeys(each.references)) or "no answer",
            each.prediction or "nothing",
            share(each.confidence),
        )
        for each in outcomes
    ]
    return _table(("stage", "question", "expected", "best answer", "confidence"), rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *([escape_markdown(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def escape_markdown(text: str) -> str:
    """The text on one line, with nothing in it that Markdown, a table of it or HTML inside it would act upon."""
    return _MEANING.sub(r"\\\1", one_line(text))
