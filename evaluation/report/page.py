"""Evaluations and comparisons -> one HTML page that needs nothing else: no script, font or picture from outside."""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from evaluation.comparison import MetricComparison
from evaluation.outcome import Evaluation
from evaluation.report.changes import changes_view
from evaluation.report.escaping import escape
from evaluation.report.failures import failure_list
from evaluation.report.markup import figure, table
from evaluation.report.plots import difference_plots, plots_of
from evaluation.report.tables import by_place, comparison_rows, figure_rows, overview
from evaluation.report.wording import COMPARED, FIGURES, place_of, title_of

FAILURES_SHOWN = 1000
"""On the whole page: about three megabytes."""

_LEAST_SHOWN = 20

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser may load or run for this page: nothing but its own style."""


def page(evaluations: Sequence[Evaluation], comparisons: Sequence[MetricComparison] = ()) -> str:
    """The page as text."""
    title = title_of(evaluations)
    style = (resources.files("evaluation.report") / "page.css").read_text("utf-8")
    most = max(_LEAST_SHOWN, FAILURES_SHOWN // max(1, len(evaluations)))
    baselines = _baselines(evaluations, comparisons)
    sections = "".join(
        _section(each, most, f"e{place}", baselines.get((each.system, place_of(each))), is_open=len(evaluations) == 1)
        for place, each in enumerate(evaluations)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{style}</style></head>'
        f"<body><header><h1>{escape(title)}</h1>{_origin(evaluations[0].provenance)}</header><main>"
        f"{_overviews(evaluations)}{_comparisons(comparisons)}{sections}</main></body></html>\n"
    )


def _overviews(evaluations: Sequence[Evaluation]) -> str:
    groups, parts = by_place(evaluations), []
    for place, members in groups.items():
        columns, rows = overview(members)
        parts.append(f"<h3>{escape(place)}</h3>" if len(groups) > 1 else "")
        parts.append(table(columns, rows, f"Figures of every system on {place}"))
    return (
        f"<section><h2>At a glance</h2>{''.join(parts)}"
        '<p class="note">In brackets, 95 % intervals by the bootstrap over questions.</p></section>'
    )


def _comparisons(comparisons: Sequence[MetricComparison]) -> str:
    if not comparisons:
        return ""
    plots = "".join(figure(plot) for plot in difference_plots(comparisons))
    rows = table(COMPARED, comparison_rows(comparisons), "Differences from the baseline")
    return (
        f"<section><h2>Beside the baseline, {escape(comparisons[0].baseline)}</h2>"
        f'<div class="plots">{plots}</div><details><summary>All differences with their p values</summary>{rows}'
        f'<p class="note">p: paired randomisation test, two-sided; corrected by Holm over all '
        f"{len(comparisons)} comparisons of this report.</p></details></section>"
    )


def _baselines(
    evaluations: Sequence[Evaluation], comparisons: Sequence[MetricComparison]
) -> dict[tuple[str, str], Evaluation]:
    """What each system was compared with, by its name and place."""
    found = {(each.system, place_of(each)): each for each in evaluations}
    return {(each.system, place_of(each)): found[each.baseline, place_of(each)] for each in comparisons}


def _section(evaluation: Evaluation, most: int, name: str, baseline: Evaluation | None, *, is_open: bool) -> str:
    changes = "" if baseline is None else changes_view(evaluation, baseline)
    plots = "".join(figure(plot) for plot in plots_of(evaluation))
    failures = failure_list(evaluation.outcomes, most, name)
    content = (
        f'<div class="plots">{plots}</div>{changes}<h3>What went wrong</h3>{failures}'
        f"<h3>All figures</h3>{table(FIGURES, figure_rows(evaluation), 'All figures')}"
        f"{_facts('Settings', evaluation.settings)}{_facts('What the figures depend on', evaluation.provenance)}"
    )
    if is_open:
        return f"<section><h2>In detail</h2>{content}</section>"
    heading = f"{escape(evaluation.system)} <small>{escape(place_of(evaluation))}</small>"
    return f'<section><details class="system"><summary><h2>{heading}</h2></summary>{content}</details></section>'


def _origin(provenance: Mapping[str, Any]) -> str:
    """Date, commit and processor in one line."""
    machine = provenance.get("machine")
    processor = machine.get("processor") if isinstance(machine, Mapping) else None
    commit = str(provenance["commit"])[:12] if provenance.get("commit") else None
    date = str(provenance.get("date", ""))[:16].replace("T", " ")
    known = [str(each) for each in (date, commit, processor) if each]
    return f'<p class="note">{escape(" · ".join(known))}</p>' if known else ""


def _facts(title: str, facts: Mapping[str, Any]) -> str:
    if not facts:
        return ""
    return f"<details><summary>{title}</summary>{_nested(facts)}</details>"


def _nested(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            f"<dl>{''.join(f'<dt>{escape(str(key))}</dt><dd>{_nested(each)}</dd>' for key, each in value.items())}</dl>"
        )
    return f"<code>{escape(str(value))}</code>"
