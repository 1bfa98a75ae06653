"""Rebuild, back up and restore a whole index.

A rebuild takes the catalogue's texts through the pipeline into a new index; a backup is one archive with checksums.
Knows neither files nor models.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from haystack import Document
from haystack.document_stores.types import DuplicatePolicy

from components.dividing import estimate
from components.errors import LoadingError
from components.loading.extracted import Block
from components.store.catalogue import Catalogue, Rebuilt, SourceInfo
from components.store.document_store import QuaereDocumentStore
from components.versions import version_of
from pipelines.archives import backup, restore
from pipelines.batches import Sized, batched, parts
from pipelines.indexing import REBUILDING, FileFailure, Indexer, IndexProgress, IndexReport
from pipelines.indexing_pipeline import SplittingError, passages_of, split
from pipelines.replacing import settle_catalogue
from pipelines.swapping import finish_swap, rebuild_folder, swap

__all__ = ["backup", "rebuild", "restore"]

_Texts = list[tuple[SourceInfo, Document]]


@dataclass(slots=True)
class _Rebuild:
    """A rebuild under way."""

    indexer: Indexer
    target: QuaereDocumentStore
    made: dict[str, Rebuilt]
    failures: list[FileFailure]

    def split(self, batch: _Texts) -> _Texts:
        """The texts with their passages in the place of their blocks; one that cannot be split has none."""
        return [(info, self._split(info, document)) for info, document in batch]

    def _split(self, info: SourceInfo, document: Document) -> Document:
        try:
            pieces = split(self.indexer.pipeline, document)
        except LoadingError as error:
            self.failures.append(FileFailure(info.source, error.reason, skipped=False))
            pieces = []
        return document if pieces is None else replace(document, meta=document.meta | {"blocks": pieces})

    def add(self, batch: _Texts) -> None:
        """Write the passages of these texts; if splitting fails, find out at which and go on without it."""
        counts: dict[str, Counter[str]] = {info.source_id: Counter() for info, _ in batch}
        groups = [[document for _, document in batch]] if len(batch) > 1 else ([p] for p in parts(batch[0][1]))
        try:
            for group in groups:
                passages = passages_of(self.indexer.pipeline, group)
                self.target.write_documents(passages, DuplicatePolicy.OVERWRITE)
                for passage in passages:
                    counts[passage.meta["source_id"]][passage.meta.get("language", "und")] += 1
        except SplittingError as error:
            if len(batch) > 1:
                for each in batch:
                    self.add([each])
                return
            self.failures.append(FileFailure(batch[0][0].source, str(error), skipped=False))
        for info, document in batch:
            found = counts[info.source_id]
            if not found and not any(failure.path == info.source for failure in self.failures):
                self.failures.append(FileFailure(info.source, "gives no passage", skipped=True))
            version = document.meta["version"]
            self.made[info.source_id] = Rebuilt(version, found.total(), tuple(sorted(found)))


def rebuild(
    indexer: Indexer,
    *,
    manifest: Mapping[str, Any] | None = None,
    on_progress: Callable[[IndexProgress], None] | None = None,
) -> IndexReport:
    """Split and embed every text of the catalogue again, with the indexer's pipeline, and replace the index.

    An embedded index is built beside the old one and takes its place at the end, so that a kill leaves the old one; a
    server's collection is emptied first, and refused until a rebuild has ended. Killed, it is begun anew. Neither
    files nor the old index are read.

    Args:
        indexer: whose pipeline, store and catalogue are used; the store may be one that cannot be opened.
        manifest: entries of the catalogue's manifest that hold from the moment in which the new index does.
        on_progress: called after every batch.

    Raises:
        StoreError: the new index cannot be written.
        ModelError: a model cannot be run.
    """
    started = time.monotonic()
    catalogue, store = indexer.catalogue, indexer.store
    index = Path(store.path) if store.engine == "edge" and store.path is not None else None
    if index is not None:
        finish_swap(catalogue, index)
        path = str(rebuild_folder(index))
        target = QuaereDocumentStore(path, dimension=store.dimension, fingerprint=store.fingerprint)
    else:
        catalogue.set_manifest({REBUILDING: True})
        target = store
    settle_catalogue(catalogue)
    sources = catalogue.sources()
    work = _Rebuild(indexer, target, {}, [])
    try:
        target.recreate()
        for done, batch in _counted(batched(_texts(catalogue, sources, indexer.splitting))):
            work.add(work.split(batch))
            if on_progress is not None:
                on_progress(_progress(sources, done, work))
        target.optimise()
        target.flush()
    finally:
        if target is not store:
            target.close()
    catalogue.note_rebuilt(work.made, {**(manifest if manifest is not None else {}), REBUILDING: False})
    if index is None:
        catalogue.adopt_rebuilt()
    else:
        store.close()
        swap(catalogue, index)
        # A search may have opened the old index again meanwhile.
        store.close()
    return IndexReport(
        files=len(sources),
        indexed=len(sources) - len(work.failures),
        unchanged=0,
        removed=0,
        failures=tuple(work.failures),
        passages=sum(made.passages for made in work.made.values()),
        seconds=time.monotonic() - started,
        generation=catalogue.generation(),
    )


def _counted(batches: Iterable[_Texts]) -> Iterator[tuple[int, _Texts]]:
    """Each batch with the number of texts up to its end."""
    done = 0
    for batch in batches:
        done += len(batch)
        yield done, batch


def _progress(sources: Sequence[SourceInfo], done: int, work: _Rebuild) -> IndexProgress:
    return IndexProgress(
        done_files=done,
        total_files=len(sources),
        done_bytes=sum(info.bytes for info in sources[:done]),
        total_bytes=sum(info.bytes for info in sources),
        passages=sum(made.passages for made in work.made.values()),
        path=sources[done - 1].source,
        stage="embedding",
    )


def _texts(
    catalogue: Catalogue, sources: list[SourceInfo], splitting: str
) -> Iterator[Sized[tuple[SourceInfo, Document]]]:
    states = catalogue.states()
    for info in sources:
        text = catalogue.text(info.source_id)
        if text is None:
            continue
        _, state = states[info.source_id]
        blocks = [Block.from_dict(block) for block in text.blocks]
        version = version_of(state.sha256, state.given, splitting)
        meta: dict[str, Any] = text.meta | {"blocks": blocks, "version": version}
        yield Sized((info, Document(id=info.source_id, content=text.text, meta=meta)), estimate(blocks))
