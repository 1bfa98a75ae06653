"""Rebuild, back up and restore a whole index.

A rebuild takes the catalogue's texts through the pipeline into a new index; a backup is one archive with checksums.
Knows neither files nor models.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from haystack import Document
from haystack.document_stores.types import DuplicatePolicy

from components.lexical import AVERAGE_LENGTH, average_length
from components.loading.extracted import Block
from components.store.catalogue import Catalogue, Rebuilt, SourceInfo
from components.store.document_store import QuaereDocumentStore
from components.versions import version_of
from pipelines.archives import backup, restore
from pipelines.batches import Sized, batched, estimate, parts
from pipelines.indexing import FileFailure, Indexer, IndexProgress, IndexReport
from pipelines.indexing_pipeline import SplittingError, passages_of
from pipelines.replacing import settle_catalogue
from pipelines.swapping import finish_swap, rebuild_folder, swap

__all__ = ["backup", "measure_average_length", "rebuild", "restore"]

_Texts = list[tuple[SourceInfo, Document]]


@dataclass(slots=True)
class _Rebuild:
    """A rebuild under way."""

    indexer: Indexer
    target: QuaereDocumentStore
    made: dict[str, Rebuilt]
    failures: list[FileFailure]

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


def rebuild(indexer: Indexer, *, on_progress: Callable[[IndexProgress], None] | None = None) -> IndexReport:
    """Split and embed every text of the catalogue again, with the indexer's pipeline, and replace the index.

    The embedded index is built beside the old one and takes its place at the end, so that a kill leaves the old one; a
    server's collection is dropped first. Killed, it is begun anew. Neither files nor the old index are read.

    Raises:
        StoreError: the new index cannot be written.
        ModelError: a model cannot be run.
    """
    started = time.monotonic()
    catalogue, store = indexer.catalogue, indexer.store
    if store.engine == "edge":
        finish_swap(catalogue, store)
        settle_catalogue(catalogue)
        target = type(store).from_dict(store.to_dict())
        target.path = str(rebuild_folder(store))
    else:
        settle_catalogue(catalogue)
        target = store
    sources = catalogue.sources()
    work = _Rebuild(indexer, target, {}, [])
    try:
        target.recreate()
        total = sum(info.bytes for info in sources)
        done_files = done_bytes = 0
        for batch in batched(_texts(catalogue, sources, indexer.splitting)):
            work.add(batch)
            done_files += len(batch)
            done_bytes += sum(info.bytes for info, _ in batch)
            if on_progress is not None:
                passages = sum(made.passages for made in work.made.values())
                counts = (done_files, len(sources), done_bytes, total, passages)
                on_progress(IndexProgress(*counts, batch[-1][0].source, "embedding"))
        target.optimise()
        target.flush()
    finally:
        if target is not store:
            target.close()
    if target is store:
        catalogue.adopt_rebuilt(work.made)
    else:
        catalogue.note_rebuilt(work.made)
        swap(catalogue, store)
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


def measure_average_length(catalogue: Catalogue) -> float:
    """The mean number of words of a passage, for BM25 in an index that is about to be rebuilt.

    It is counted in the texts, so that it needs no index; what neighbouring passages share is not counted twice.
    """
    words, passages = 0.0, 0
    for info in catalogue.sources():
        text = catalogue.text(info.source_id)
        if text is not None and info.passages:
            words += average_length([text.text], [info.language])
            passages += info.passages
    return words / passages if passages else AVERAGE_LENGTH


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
