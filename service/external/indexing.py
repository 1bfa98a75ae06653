"""The documents of a site or an export into the index. Those that are gone leave it, never many at once unasked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from components.names import shown
from components.stores.catalogue.sources import SourceInfo
from pipelines.indexing import Identity, IndexProgress, IndexReport
from pipelines.pruning import is_believed
from service.external.documents import ExternalDocuments
from service.external.items import ExternalItem, ItemLog


class IndexingService(Protocol):
    """What is asked of the service that holds the index, in this process or in another."""

    def index(
        self,
        paths: Sequence[str],
        *,
        meta: Mapping[str, Any] | None = None,
        identities: Mapping[str, Identity] | None = None,
        on_progress: Callable[[IndexProgress], None] | None = None,
    ) -> IndexReport:
        """See :meth:`pipelines.service.QAService.index`."""

    def sources(self) -> list[SourceInfo]:
        """See :meth:`pipelines.service.QAService.sources`."""

    def delete(self, names: Sequence[str]) -> int:
        """See :meth:`pipelines.service.QAService.delete`."""


@dataclass(frozen=True, slots=True)
class ExternalReport:
    """What a run over a site or an export did."""

    name: str
    resumed: bool
    """Whether it went on with a run that was interrupted."""
    counts: dict[str, int]
    """Items of this run by state."""
    items: tuple[ExternalItem, ...]
    """Those of this run."""
    notes: tuple[str, ...]
    indexed: IndexReport | None
    """None where nothing was indexed, as in a dry run."""
    deleted: int = 0
    """Documents deleted from the index, since their items are gone."""
    held_back: int = 0
    """Documents whose items are gone, and which stay since they are too many at once."""

    @property
    def has_failures(self) -> bool:
        """Whether an item could not be had, or not be read."""
        unread = self.indexed is not None and any(not each.skipped for each in self.indexed.failures)
        return unread or "failed" in self.counts or self.held_back > 0


def report_of(
    documents: ExternalDocuments, log: ItemLog, notes: Sequence[str], *, resumed: bool = False
) -> ExternalReport:
    """What a run came to, before anything of it is indexed."""
    return ExternalReport(documents.name, resumed, log.counts(), tuple(log.of_run()), tuple(notes), None)


def index_items(
    service: IndexingService,
    documents: ExternalDocuments,
    log: ItemLog,
    report: ExternalReport,
    *,
    force: bool = False,
    on_progress: Callable[[IndexProgress], None] | None = None,
) -> ExternalReport:
    """Bring the index up to date with the items of a run.

    Args:
        service: holds the index.
        documents: of the site or export.
        log: its items.
        report: from :func:`report_of`.
        force: delete however many documents are gone; otherwise only as many as are believed to be.
        on_progress: called after every document and batch.

    Returns:
        The report with what was indexed and deleted.
    """
    there = [item for item in log.items() if item.has_document and documents.path(item).is_file()]
    wanted = {documents.source_id(item.key) for item in there}
    paths = {str(documents.path(item)): item.key for item in there}
    indexed = service.index(list(paths), meta=log.meta, identities=documents.identities(paths), on_progress=on_progress)
    names = {shown(path): name for path, name in paths.items()}
    failures = tuple(replace(each, path=names.get(each.path, each.path)) for each in indexed.failures)
    indexed = replace(indexed, failures=failures)
    stored = documents.kept()
    known = {info.source_id for info in service.sources() if info.source_id in stored}
    leaving = known - wanted
    if not (force or is_believed(len(leaving), len(known))):
        return replace(report, indexed=indexed, held_back=len(leaving))
    deleted = service.delete(sorted(leaving)) if leaving else 0
    documents.forget(stored - wanted)
    return replace(report, indexed=indexed, deleted=deleted)
