"""Rebuild, back up and restore a whole index.

A rebuild takes the catalogue's texts through the pipeline into a new index; a backup is one archive with checksums.
Knows neither files nor models.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haystack import Document
from haystack.document_stores.types import DuplicatePolicy

from components.converters.extracted import Block
from components.embedders.bm25 import average_length
from components.errors import LoadingError, QuaereError
from components.passages import indexed_text
from components.preprocessors.dividing import estimate
from components.stores.catalogue.sources import Catalogue, DamagedText, Rebuilt, SourceInfo, SourceText
from components.stores.catalogue.tally import PassageTally
from components.stores.documents import QuaereDocumentStore
from components.stores.engine.manifest import read_manifest
from components.stores.engine.protocol import slices
from components.versions import version_of
from pipelines.archives import backup, restore
from pipelines.batches import BATCH_PASSAGES, Sized, batched, parts
from pipelines.indexing import REBUILDING, FileFailure, Indexer, IndexProgress, IndexReport
from pipelines.indexing_pipeline import IndexingPipelines, SplittingError
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

    def planned(self, batch: _Texts) -> _Texts:
        """The texts with their passages in the place of their blocks, without those that cannot be split."""
        ready: _Texts = []
        for info, document in batch:
            try:
                ready.append((info, self.indexer.pipelines.planned(document)))
            except LoadingError as error:
                self.keep(info, error.reason)
        return ready

    def add(self, batch: _Texts) -> None:
        """Write the passages of these texts; if splitting fails, find out at which and go on without it."""
        if not batch:
            return
        counts = {info.source_id: PassageTally() for info, _ in batch}
        groups = [[document for _, document in batch]] if len(batch) > 1 else ([p] for p in parts(batch[0][1]))
        try:
            for group in groups:
                self._write(self.indexer.pipelines.passages(group), counts)
        except SplittingError as error:
            if len(batch) == 1:
                self.keep(batch[0][0], str(error))
                return
            for each in batch:
                self.add([each])
            return
        for info, document in batch:
            if not counts[info.source_id].total:
                self.failures.append(FileFailure(info.source, "gives no passage", skipped=True))
            self._note(info, document.meta["version"], counts[info.source_id])

    def keep(self, info: SourceInfo, reason: str) -> None:
        """Give a source whose text cannot be used its passages of before, with new vectors; no half of it stays."""
        self.target.remove_source(info.source_id)
        counts = {info.source_id: PassageTally()}
        for passages in slices(self._former(info.source_id), BATCH_PASSAGES):
            self._write(self.indexer.pipelines.embed(passages), counts)
        kept = counts[info.source_id]
        now = "its passages stay as they were" if kept.total else "it has no passages until it is indexed again"
        self.failures.append(FileFailure(info.source, f"{reason}; {now}", skipped=False))
        # Without passages it has no version either, so that its file is not taken for indexed.
        self._note(info, info.version if kept.total else "", kept)

    def _write(self, passages: list[Document], counts: Mapping[str, PassageTally]) -> None:
        self.target.write_documents(passages, DuplicatePolicy.OVERWRITE)
        for passage in passages:
            counts[passage.meta["source_id"]].add(passage.meta)

    def _note(self, info: SourceInfo, version: str, tally: PassageTally) -> None:
        checksum = self.target.checksum(info.source_id, version)
        self.made[info.source_id] = Rebuilt(
            version, tally.total, tuple(sorted(tally.languages)), checksum, tally.by_groups()
        )

    def _former(self, source_id: str) -> list[Document]:
        """The passages in the index that is about to be replaced; none where it is emptied already, or unreadable."""
        store = self.indexer.store
        if self.target is store or store.path is None:
            return []
        try:
            manifest = read_manifest(Path(store.path) / "manifest.json")
            # Whatever its vectors were made with: only the texts are read.
            former = QuaereDocumentStore(store.path, dimension=int((manifest or {})["dimension"]))
            store.close()
            try:
                return former.passages(source_id)
            finally:
                former.close()
        except (QuaereError, KeyError, ValueError):
            return []


def rebuild(
    indexer: Indexer,
    *,
    manifest: Mapping[str, Any] | None = None,
    on_progress: Callable[[IndexProgress], None] | None = None,
) -> IndexReport:
    """Split and embed every text of the catalogue again, with the indexer's pipelines, and replace the index.

    An embedded index is built beside the old one and takes its place at the end, so that a kill leaves the old one; a
    server's collection is emptied first, and refused until a rebuild has ended. Killed, it is begun anew. Neither
    files nor the old index are read.

    Args:
        indexer: whose pipelines, store and catalogue are used; the store may be one that cannot be opened.
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
        for done, batch in _counted(batched(_texts(work, sources))):
            work.add(work.planned(batch))
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


def _texts(work: _Rebuild, sources: list[SourceInfo]) -> Iterator[Sized[tuple[SourceInfo, Document]]]:
    catalogue = work.indexer.catalogue
    states = catalogue.states()
    for info in sources:
        try:
            text = catalogue.text(info.source_id)
        except DamagedText as error:
            work.keep(info, str(error))
            continue
        if text is None:
            work.keep(info, "its text is missing in the catalogue")
            continue
        _, state = states[info.source_id]
        document = stored_document(text, version_of(state.sha256, state.given, work.indexer.splitting))
        yield Sized((info, document), estimate(document.meta["blocks"]))


def stored_document(text: SourceText, version: str) -> Document:
    """A text of the catalogue as the pipeline takes it."""
    blocks = [Block.from_dict(block) for block in text.blocks]
    meta: dict[str, Any] = text.meta | {"blocks": blocks, "version": version}
    return Document(id=text.source_id, content=text.text, meta=meta)


def measure(pipelines: IndexingPipelines, catalogue: Catalogue) -> float | None:
    """The mean length of the passages that the catalogue's texts give; None where they give none.

    Of the passages that will be made, not of those there are: otherwise a rebuild with another size of passages would
    give other scores than a second one.
    """
    words, passages = 0.0, 0
    for info in catalogue.sources():
        with suppress(DamagedText, LoadingError, SplittingError):
            text = catalogue.text(info.source_id)
            whole = () if text is None else parts(pipelines.planned(stored_document(text, info.version)))
            for part in whole:
                made = pipelines.split(part)
                languages = [str(each.meta.get("language", "")) for each in made]
                if made:
                    words += average_length([indexed_text(each) for each in made], languages) * len(made)
                    passages += len(made)
    return words / passages if passages else None
