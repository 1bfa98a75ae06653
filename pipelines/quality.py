"""How well everything in the index was read: what was found when it was indexed, and what an older Quaere left open."""

from collections.abc import Iterable
from dataclasses import dataclass

from components.converters.extracted import Block
from components.converters.quality import ReadText, findings_of
from components.stores.catalogue.quality import UnreadFile
from components.stores.catalogue.sources import Catalogue, DamagedText, SourceInfo
from components.types import Finding

_KEPT_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class FlawedSource:
    """A source in which something did not read well."""

    source: str
    source_id: str
    findings: tuple[Finding, ...]
    """The worst first."""


@dataclass(frozen=True, slots=True)
class QualityReport:
    """How well sources were read."""

    checked: int
    """Sources looked at."""
    flawed: tuple[FlawedSource, ...]
    """By name."""
    unread: tuple[UnreadFile, ...]
    """Files that are not in the index, since they hold no text or could not be read."""

    @property
    def has_faults(self) -> bool:
        """Whether answers are likely to be lost; a remark alone does no harm."""
        faulty = any(finding.is_fault for each in self.flawed for finding in each.findings)
        return faulty or any(not file.is_note for file in self.unread)


def quality_report(catalogue: Catalogue) -> QualityReport:
    """Everything that is known of the sources of a catalogue, after :func:`look_at_older`."""
    infos, found = catalogue.sources(), catalogue.quality.found()
    flawed = (
        FlawedSource(each.source, each.source_id, found[each.source_id]) for each in infos if each.source_id in found
    )
    return QualityReport(len(infos), tuple(flawed), tuple(catalogue.quality.unread()))


def look_at_older(catalogue: Catalogue) -> None:
    """Look at the texts of the sources that an older Quaere has indexed, once; a damaged one is passed over."""
    waiting = catalogue.quality.unchecked()
    for start in range(0, len(waiting), _KEPT_TOGETHER):
        chunk = waiting[start : start + _KEPT_TOGETHER]
        catalogue.quality.keep(dict(_looked_at(catalogue, chunk)))


def _looked_at(catalogue: Catalogue, source_ids: Iterable[str]) -> Iterable[tuple[str, tuple[Finding, ...]]]:
    for source_id in source_ids:
        info = catalogue.source(source_id)
        if info is not None and (read := _read_text(catalogue, info)) is not None:
            yield source_id, findings_of(read)


def _read_text(catalogue: Catalogue, info: SourceInfo) -> ReadText | None:
    try:
        kept = catalogue.text(info.source_id)
    except DamagedText:
        return None
    if kept is None:
        return None
    blocks = [Block.from_dict(block) for block in kept.blocks]
    return ReadText(kept.text, blocks, info.format, info.title, info.language, info.pages, info.bytes)
