"""What the commands besides ``ask`` show: the summary of a run, lists of sources, the status.

Pure: values in, Rich renderables out; everything from documents and file names is made harmless.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from components.foreign_text import harmless, one_line
from ui.cli.views.progress import duration, size

if TYPE_CHECKING:
    from components.stores.catalogue.sources import SourceInfo
    from components.types import Finding, FindingKind
    from pipelines.checking import CheckReport
    from pipelines.indexing import FileFailure, IndexPlan, IndexReport
    from pipelines.quality import QualityReport
    from pipelines.sources import SourceDetail
    from pipelines.status import Status

_LISTED_FAILURES = 20


def index_report_view(report: IndexReport) -> RenderableType:
    """What a run did, and which files it left out and why."""
    counts = [
        f"{report.indexed} of {report.files} files indexed",
        f"{report.unchanged} unchanged",
        f"{report.removed} removed",
    ]
    seconds = f"{report.seconds:.1f} s" if report.seconds < 60 else duration(report.seconds)
    parts: list[RenderableType] = [Text(f"{', '.join(counts)}; {report.passages} passages; {seconds}")]
    for title, skipped in (("failed", False), ("skipped", True)):
        found = [each for each in report.failures if each.skipped is skipped and not each.unsupported]
        if found:
            parts.append(_failures(found, title, "yellow" if skipped else "red"))
    parts += _left_out(report.failures, report.ignored)
    parts += [Text(f"Kept: {one_line(str(each))}", style="red") for each in report.held_back]
    return Group(*parts)


def index_plan_view(plan: IndexPlan) -> RenderableType:
    """What a run would do, file by file; unchanged ones are only counted."""
    counts = ((plan.added, "added"), (plan.changed, "changed"), (plan.removed, "deleted"))
    parts: list[RenderableType] = [
        Text(f"Nothing was changed. A run would find {plan.unchanged:,} unchanged, and:"),
        *(Text(f"  {len(names):,} {what}") for names, what in counts),
    ]
    for names, what in counts:
        parts += [Text(f"{what}: {one_line(name)}") for name in names]
    rest = [each for each in plan.skipped if not each.unsupported]
    parts += [Text(f"skipped: {one_line(each.path)}: {one_line(each.reason)}", style="yellow") for each in rest]
    parts += _left_out(plan.skipped, len(plan.ignored))
    parts += [Text(f"Kept: {one_line(str(each))}", style="red") for each in plan.held_back]
    return Group(*parts)


def _left_out(failures: Sequence[FileFailure], ignored: int) -> list[Text]:
    """How many files of which endings were skipped, and how many files and folders were left out on purpose."""
    endings = Counter(_ending(each.path) for each in failures if each.unsupported)
    lines = []
    if endings:
        listed = ", ".join(f"{count:,} {one_line(ending)}" for ending, count in endings.most_common())
        lines.append(Text(f"Skipped, since the format is not supported: {listed} (--json lists all)", style="yellow"))
    if ignored:
        lines.append(Text(f"Left out by .quaereignore: {ignored:,}", style="dim"))
    return lines


def _ending(path: str) -> str:
    return PurePath(path).suffix.lower() or "without an ending"


def _failures(failures: Sequence[FileFailure], title: str, style: str) -> RenderableType:
    lines = [Text(f"{len(failures)} {title}:", style=style)]
    lines += [
        Text(f"  {one_line(str(failure.path))}: {one_line(failure.reason)}") for failure in failures[:_LISTED_FAILURES]
    ]
    rest = len(failures) - _LISTED_FAILURES
    if rest > 0:
        lines.append(Text(f"  and {rest} more (--json lists all)", style="dim"))
    return Group(*lines)


def check_view(report: CheckReport) -> RenderableType:
    """What a check found, one line for each finding."""
    held = f"{report.sources:,} sources and {report.passages:,} passages in {one_line(report.data)}"
    verdict = "sound" if report.sound else f"{len(report.findings):,} damaged"
    parts: list[RenderableType] = [
        Text(f"{verdict}: {held}; {report.seconds:.1f} s", style="" if report.sound else "red")
    ]
    parts += [Text(f"  {one_line(str(finding))}") for finding in report.findings]
    parts += [Text(f"note: {one_line(note)}", style="dim") for note in report.notes]
    return Group(*parts)


def quality_view(report: QualityReport) -> RenderableType:
    """Which sources did not read well, grouped by what is wrong, and which files were not read."""
    from ui.findings import finding_text, finding_texts
    from ui.wording import ENGLISH

    parts: list[RenderableType] = [
        Text(f"{len(report.flawed):,} of {report.checked:,} sources did not read well; {len(report.unread):,} not read")
    ]
    by_kind: dict[FindingKind, list[tuple[str, Finding]]] = {}
    for source in report.flawed:
        for finding in source.findings:
            by_kind.setdefault(finding.kind, []).append((source.source, finding))
    for kind, (_, advice) in finding_texts(ENGLISH).items():
        if found := by_kind.get(kind):
            parts += [Text(), Text(f"{len(found):,} × {advice}", style="yellow" if found[0][1].is_fault else "dim")]
            parts += [Text(f"  {one_line(name)}: {finding_text(ENGLISH, finding)}") for name, finding in found]
    if report.unread:
        parts += [Text(), Text(f"Not in the index ({len(report.unread):,}):", style="yellow")]
        parts += [Text(f"  {one_line(file.path)}: {one_line(file.reason)}") for file in report.unread]
    return Group(*parts)


def sources_table(sources: Sequence[SourceInfo]) -> RenderableType:
    """One line for each source."""
    if not sources:
        return Text("No sources. Add some with: quaere index PATH")
    table = Table(box=box.SIMPLE_HEAD, expand=False, pad_edge=False)
    table.add_column("source", overflow="fold")
    table.add_column("title", overflow="fold")
    table.add_column("format", no_wrap=True)
    table.add_column("language", no_wrap=True)
    table.add_column("groups")
    table.add_column("passages", justify="right", no_wrap=True)
    table.add_column("size", justify="right", no_wrap=True)
    for info in sources:
        table.add_row(
            Text(one_line(info.source)),
            Text(one_line(info.title or "")),
            Text(info.format),
            Text(info.language),
            Text(one_line(", ".join(info.groups))),
            str(info.passages),
            size(info.bytes),
        )
    return table


def source_view(detail: SourceDetail, *, text: bool) -> RenderableType:
    """One source: what is known of it, and its passages or its whole extracted text."""
    info = detail.info
    facts = {
        "source": info.source,
        "path": info.path,
        "title": info.title,
        "format": info.format,
        "language": info.language,
        "groups": ", ".join(info.groups),
        "tags": ", ".join(info.tags),
        "url": info.url,
        "size": size(info.bytes),
        "indexed": info.indexed_at,
        "uploaded": info.uploaded_at,
        "updated": info.updated_at,
        "pages": None if info.pages is None else str(info.pages),
        "passages": str(info.passages),
    }
    parts: list[RenderableType] = [_pairs([(name, value) for name, value in facts.items() if value])]
    if text:
        return Group(*parts, Text(), Text(harmless(detail.text)))
    for number, passage in enumerate(detail.passages, 1):
        head = f"{number}. {passage.start}–{passage.end}"
        if passage.page is not None:
            head += f", page {passage.page}"
        if passage.heading:
            head += f" — {one_line(passage.heading)}"
        parts += [Text(), Text(head, style="cyan"), Padding(Text(harmless(passage.text)), (0, 0, 0, 3), expand=False)]
    return Group(*parts)


def status_view(status: Status) -> RenderableType:
    """What the data folder holds, the models, and every setting with its origin."""
    parts: list[RenderableType] = []
    if not status.sources:
        parts += [Text("Nothing is indexed here yet. Start with: quaere index PATH", style="yellow"), Text()]
    facts = [
        ("data folder", status.data),
        ("sources", str(status.sources)),
        ("passages", str(status.passages)),
        ("generation", str(status.generation)),
        ("languages", ", ".join(status.languages)),
    ]
    parts.append(_pairs(facts))
    for title, values in (("Store", status.store), ("Models", status.models)):
        if values:
            parts += [Text(), Text(title, style="bold"), _pairs(list(values.items()))]
    settings = Table(title="Settings in force", title_justify="left", box=box.SIMPLE_HEAD, expand=False, pad_edge=False)
    settings.add_column("setting", no_wrap=True)
    settings.add_column("value", overflow="fold")
    settings.add_column("from", no_wrap=True)
    for group, members in groupby(status.settings, lambda setting: setting.name.rpartition(".")[0]):
        settings.add_section()
        if group:
            settings.add_row(Text(f"[{group}]", style="bold"), Text(), Text())
        for setting in members:
            settings.add_row(Text(setting.name), Text(one_line(setting.value)), Text(setting.origin))
    return Group(*parts, Text(), settings)


def _pairs(pairs: Sequence[tuple[str, str | None]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(name, Text(one_line(str(value or "-"))))
    return grid
