"""Evaluations and comparisons -> one HTML page that needs nothing else: no script, font or picture from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from components.foreign_text import harmless
from components.templates import html_environment
from evaluation.comparison import MetricComparison
from evaluation.outcome import Evaluation
from evaluation.report.changes import MOST, OutcomeChanges, change_rows, changes_of
from evaluation.report.failures import Failures, facts_of, failures_of, passages_of
from evaluation.report.plots import difference_plots, plots_of
from evaluation.report.svg import style_of
from evaluation.report.tables import by_place, comparison_rows, figure_rows, overview
from evaluation.report.wording import COMPARED, FAILURES, FIGURES, place_of, share, title_of

FAILURES_SHOWN = 1000
"""On the whole page: about three megabytes."""

_LEAST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says of one evaluation."""

    evaluation: Evaluation
    failures: Failures
    changes: OutcomeChanges | None
    """Beside the baseline; None where there is none."""


def page(evaluations: Sequence[Evaluation], comparisons: Sequence[MetricComparison] = ()) -> str:
    """The page as text."""
    most = max(_LEAST_SHOWN, FAILURES_SHOWN // max(1, len(evaluations)))
    baselines = _baselines(evaluations, comparisons)
    sections = []
    for each in evaluations:
        changes = changes_of(each, baselines.get((each.system, place_of(each))))
        sections.append(Section(each, failures_of(each.outcomes, most), changes))
    return (
        templates()
        .get_template("page.html")
        .render(
            title=title_of(evaluations),
            style=Markup((resources.files("evaluation.report") / "page.css").read_text("utf-8")),
            origin=_origin(evaluations[0].provenance),
            overviews={place: overview(members) for place, members in by_place(evaluations).items()},
            comparisons=comparisons,
            sections=sections,
        )
    )


@cache
def templates() -> Environment:
    """The templates, with what they may call."""
    made = html_environment("evaluation.report", harmless)
    made.globals |= {"COMPARED": COMPARED, "FAILURES": FAILURES, "FIGURES": FIGURES, "MOST": MOST}
    called = (change_rows, comparison_rows, difference_plots, facts_of, figure_rows, passages_of, place_of, plots_of)
    made.globals |= {each.__name__: each for each in (*called, share, style_of)}
    return made


def _baselines(
    evaluations: Sequence[Evaluation], comparisons: Sequence[MetricComparison]
) -> dict[tuple[str, str], Evaluation]:
    """What each system was compared with, by its name and place."""
    found = {(each.system, place_of(each)): each for each in evaluations}
    return {(each.system, place_of(each)): found[each.baseline, place_of(each)] for each in comparisons}


def _origin(provenance: Mapping[str, Any]) -> str:
    """Date, commit and processor in one line."""
    machine = provenance.get("machine")
    processor = machine.get("processor") if isinstance(machine, Mapping) else None
    commit = str(provenance["commit"])[:12] if provenance.get("commit") else None
    date = str(provenance.get("date", ""))[:16].replace("T", " ")
    return " · ".join(str(each) for each in (date, commit, processor) if each)
