"""Changes of whole sources in store and catalogue together, such that a kill at any moment can be undone or finished.

Every change is journalled before the store sees it. Knows neither files nor models.
"""

from collections.abc import Sequence

from components.stores.catalogue.sources import Catalogue, SourceRecord
from components.stores.documents import QuaereDocumentStore

_REMOVED_TOGETHER = 100


def commit_sources(catalogue: Catalogue, store: QuaereDocumentStore, records: Sequence[SourceRecord]) -> None:
    """Make staged versions live, each at one blow; what one of them replaces goes in the same step, or not at all."""
    if not records:
        return
    # What is journalled as staged must outlast a power cut, as the journal does.
    store.flush()
    texts = [record.text for record in records]
    replaced = catalogue.ready(
        records, {each.source_id: store.checksum(each.source_id, each.version) for each in texts}
    )
    for record in records:
        store.commit(record.text.source_id, record.text.version)
    for source_id in replaced:
        store.remove_source(source_id)
    store.flush()
    catalogue.finish([record.text.source_id for record in records] + replaced)


def discard_sources(catalogue: Catalogue, store: QuaereDocumentStore, versions: Sequence[tuple[str, str]]) -> None:
    """Drop what was staged of these (source id, version)."""
    for source_id, version in versions:
        store.discard(source_id, version)
    catalogue.undo([source_id for source_id, _ in versions])


def remove_sources(catalogue: Catalogue, store: QuaereDocumentStore, source_ids: Sequence[str]) -> None:
    """Remove sources with their passages and texts."""
    for start in range(0, len(source_ids), _REMOVED_TOGETHER):
        chunk = source_ids[start : start + _REMOVED_TOGETHER]
        catalogue.begin_removal(chunk)
        for source_id in chunk:
            store.remove_source(source_id)
        store.flush()
        catalogue.finish(chunk)


def settle(catalogue: Catalogue, store: QuaereDocumentStore) -> int:
    """Undo or finish every change that was begun; return how many there were.

    Without any the store is not opened.
    """
    entries = catalogue.journal()
    if not entries:
        return 0
    for entry in entries:
        if entry.phase == "staging":
            store.discard(entry.source_id, entry.version)
        elif entry.phase == "committing":
            store.commit(entry.source_id, entry.version)
        else:
            store.remove_source(entry.source_id)
    store.flush()
    settle_catalogue(catalogue)
    return len(entries)


def settle_catalogue(catalogue: Catalogue) -> None:
    """The same for the catalogue alone, where the store follows already or is about to be made anew."""
    source_ids = [entry.source_id for entry in catalogue.journal()]
    catalogue.undo(source_ids)
    catalogue.finish(source_ids)
