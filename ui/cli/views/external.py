"""What ``quaere crawl`` and ``quaere import`` show: how many items have which state, and why some are not in the index.

Pure: a report in, a Rich renderable out; all that comes from outside is made harmless.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from components.foreign_text import one_line
from ui.cli.views.reports import index_report_view

if TYPE_CHECKING:
    from service.external.indexing import ExternalReport
    from service.external.items import ExternalItem

_LISTED = 20
_STATES = {
    "new": "new or changed",
    "unchanged": "unchanged",
    "queued": "waiting",
    "gone": "gone",
    "skipped": "skipped",
    "failed": "failed",
}
_STYLES = {"failed": "red", "skipped": "yellow", "gone": "yellow"}


def external_view(report: ExternalReport) -> RenderableType:
    """What a run over a site or an export did."""
    counts = [f"{report.counts[state]:,} {words}" for state, words in _STATES.items() if report.counts.get(state)]
    head = "; went on with a run that was interrupted" if report.resumed else ""
    parts: list[RenderableType] = [Text(f"{one_line(report.name)}: {', '.join(counts) or 'nothing'}{head}")]
    for state in ("failed", "gone", "skipped"):
        parts += _reasons(report, state)
    if report.indexed is None:
        parts += _listed([item for item in report.items if item.state == "queued"], "would be fetched", "")
    else:
        parts += [index_report_view(report.indexed), *_deletions(report)]
    return Group(*parts, *(Text(f"note: {one_line(note)}", style="dim") for note in report.notes))


def _reasons(report: ExternalReport, state: str) -> list[RenderableType]:
    found = [item for item in report.items if item.state == state]
    if len(found) <= _LISTED:
        return _listed(found, state, _STYLES[state])
    # Of many, the reasons say more than the names.
    lines: list[RenderableType] = [Text(f"{len(found):,} {state} (--json lists all):", style=_STYLES[state])]
    reasons = Counter(item.reason for item in found)
    lines += [Text(f"  {count:,} {one_line(reason)}") for reason, count in reasons.most_common(_LISTED)]
    return lines


def _listed(items: list[ExternalItem], title: str, style: str) -> list[RenderableType]:
    if not items:
        return []
    lines: list[RenderableType] = [Text(f"{len(items):,} {title}:", style=style)]
    lines += [Text(f"  {one_line(item.key)}{_reason(item)}") for item in items[:_LISTED]]
    if len(items) > _LISTED:
        lines.append(Text(f"  and {len(items) - _LISTED:,} more (--json lists all)", style="dim"))
    return lines


def _reason(item: ExternalItem) -> str:
    return f": {one_line(item.reason)}" if item.reason else ""


def _deletions(report: ExternalReport) -> list[RenderableType]:
    lines: list[RenderableType] = []
    if report.deleted:
        lines.append(Text(f"{report.deleted:,} deleted from the index"))
    if report.held_back:
        told = f"{report.held_back:,} are gone, too many at once, and stay in the index; delete them with --force"
        lines.append(Text(told, style="red"))
    return lines
