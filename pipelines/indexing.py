"""Paths -> an index that holds what the files hold now: new and changed files in, removed ones out.

Commits source by source and can be stopped or killed at any moment; running it again ends in the same index. Knows
neither formats nor models.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from haystack import Document

from components.converters.formats import Discovery, expand
from components.converters.metadata import FolderMetadata
from components.errors import InputError, QuaereError, StoreError
from components.names import printable
from components.passages import indexed_text
from components.stores.catalogue.sources import Catalogue
from components.stores.catalogue.tally import PassageTally
from components.stores.documents import QuaereDocumentStore
from pipelines.batches import Sized, batched, parts
from pipelines.changes import is_gone
from pipelines.comparing import FileComparison
from pipelines.engines import IndexingEngine, LocalEngine, in_order
from pipelines.indexing_pipeline import IndexingPipelines, SplittingError
from pipelines.loaded import Identity, Loaded
from pipelines.pruning import Gone, gone_below, ignored_among, still_given
from pipelines.replacing import commit_sources, discard_sources, remove_sources, settle
from pipelines.reports import FileFailure, IndexPlan, IndexProgress, IndexReport, Run
from pipelines.swapping import finish_swap

__all__ = ["FileFailure", "Identity", "IndexPlan", "IndexProgress", "IndexReport", "Indexer"]

REBUILDING = "rebuilding"
"""Entry of the manifest: a rebuild has emptied an index that cannot be swapped, and not filled it yet."""

_Making = Callable[[], list[Document] | None]
"""Gives the passages of a batch; None where it is one text that is made part by part."""

_logger = logging.getLogger(__name__)


class Indexer:
    """Keeps an index equal to files. One run at a time; searches go on meanwhile.

    Args:
        pipelines: read files and make their passages.
        store: where the passages go.
        catalogue: open; where sources and texts go.
        splitting: names the way of splitting; texts are split again when it changes.
    """

    def __init__(
        self, pipelines: IndexingPipelines, store: QuaereDocumentStore, catalogue: Catalogue, *, splitting: str
    ) -> None:
        self.pipelines = pipelines
        self.store = store
        self.catalogue = catalogue
        self.splitting = splitting
        self._lock = threading.RLock()

    def recover(self) -> None:
        """Undo or finish what a kill left; call it before the first search.

        Raises:
            StoreError: a rebuild that works in place was interrupted.
        """
        with self._lock:
            if self.catalogue.manifest().get(REBUILDING):
                raise StoreError(
                    "A rebuild of the index was interrupted, so that passages are missing; run `quaere rebuild` again."
                )
            if self.store.path is not None:
                finish_swap(self.catalogue, Path(self.store.path))
            settled = settle(self.catalogue, self.store)
            if settled:
                _logger.info("Settled %d changes of a run that was interrupted.", settled)
            self._list_older()

    def _list_older(self) -> None:
        """Let the index tell who may see what an older Quaere indexed; a kill leaves the rest to the next time."""
        missing = self.catalogue.unlisted()
        if missing:
            tallies = self.store.tallies(missing)
            self.catalogue.enlist({source_id: tally.by_groups() for source_id, tally in tallies.items()})

    def index(
        self,
        paths: Sequence[str],
        *,
        meta: Mapping[str, Any] | None = None,
        identities: Mapping[str, Identity] | None = None,
        prune: bool = False,
        force: bool = False,
        follow_links: bool = False,
        apart: Sequence[Path] = (),
        engine: IndexingEngine | None = None,
        on_progress: Callable[[IndexProgress], None] | None = None,
    ) -> IndexReport:
        """Bring the index up to date with files, folders and globs.

        Args:
            paths: what to index.
            meta: fields for every file, above those of its folder and its own.
            identities: by path as it is printed, what a source is known by where that is not its path.
            prune: remove the sources that lie under the paths and whose files are gone, or are left out by now.
            force: remove however many; otherwise a folder that has lost many files keeps their sources.
            follow_links: whether links that lead out of a given folder are followed.
            apart: folders that are never searched, such as the data folder.
            engine: reads, splits and embeds; default: this process.
            on_progress: called after every file and batch; what it raises ends the run, and what was done stays.

        Raises:
            InputError: a path does not exist, or a field of ``meta`` cannot be used; nothing was changed.
            StoreError: the index cannot be written; what was committed stays.
            ModelError: a model cannot be run.
        """
        maker = LocalEngine(self.pipelines) if engine is None else engine
        with self._lock:
            self.recover()
            folders = FolderMetadata(meta)
            found, gone = self._look(paths, prune=prune, force=force, follow_links=follow_links, apart=apart)
            run = Run(on_progress, {str(path): _size(path) for path in found.files})
            for passed in found.skipped:
                run.fail(str(passed.path), passed.reason, skipped=True, unsupported=passed.is_unsupported)
            given = _identified(found.files, identities)
            comparison = FileComparison(self.catalogue, folders, self.splitting, self.pipelines.max_bytes)
            with closing(comparison.changed(given, run, maker)) as changed:
                self._replace_all(changed, run, maker)
            self._remove([info.source_id for info in gone.sources], run)
            self._note_unread([each for each in given.values() if each.uploaded_at is None], run)
            self.store.optimise()
            run.tell("", "done")
            return IndexReport(
                files=len(found.files),
                indexed=run.indexed,
                unchanged=run.unchanged,
                removed=run.removed,
                failures=tuple(run.failures),
                passages=run.passages,
                seconds=time.monotonic() - run.started,
                generation=self.catalogue.generation(),
                ignored=len(found.ignored),
                held_back=gone.held_back,
            )

    def plan(
        self,
        paths: Sequence[str],
        *,
        meta: Mapping[str, Any] | None = None,
        identities: Mapping[str, Identity] | None = None,
        prune: bool = False,
        force: bool = False,
        follow_links: bool = False,
        apart: Sequence[Path] = (),
    ) -> IndexPlan:
        """What :meth:`index` would do with the same arguments; nothing is read, and nothing changed.

        Raises:
            InputError: as there.
        """
        with self._lock:
            found, gone = self._look(paths, prune=prune, force=force, follow_links=follow_links, apart=apart)
            comparison = FileComparison(self.catalogue, FolderMetadata(meta), self.splitting, self.pipelines.max_bytes)
            known, changed = comparison.compare(_identified(found.files, identities))
            removed = [info.source for info in gone.sources]
            return IndexPlan.of(found, known, changed, removed, gone.held_back)

    def _look(
        self, paths: Sequence[str], *, prune: bool, force: bool, follow_links: bool, apart: Sequence[Path]
    ) -> tuple[Discovery, Gone]:
        """The files that paths stand for, and the sources that go."""
        sources = self.catalogue.sources() if prune else []
        gone = gone_below(sources, paths, force=force)
        read_as = self.pipelines.read_as
        found = expand(still_given(paths, gone.sources), follow_links=follow_links, apart=apart, read_as=read_as)
        left_out = {info.source_id: info for info in (*gone.sources, *ignored_among(sources, found.ignored))}
        return found, Gone(tuple(left_out.values()), gone.held_back)

    def delete(self, source_ids: Sequence[str]) -> int:
        """Remove sources and return how many there were; unknown ids do nothing."""
        with self._lock:
            self.recover()
            known = self.catalogue.seen_by(None).among(source_ids)
            run = Run(None, {})
            self._remove([each for each in dict.fromkeys(source_ids) if each in known], run)
            return run.removed

    # Changing

    def _replace_all(self, changed: Iterable[Sized[Loaded]], run: Run, maker: IndexingEngine) -> None:
        def make(batch: list[Loaded]) -> list[Document] | None:
            # One text that is cut is made part by part, so that its passages are never all in memory.
            return maker.passages([each.for_splitting() for each in batch]) if _is_whole(batch) else None

        with closing(in_order(make, batched(changed), maker.workers)) as batches:
            for batch, making in batches:
                self._replace(batch, making, run, maker)

    def _replace(self, batch: Sequence[Loaded], making: _Making, run: Run, maker: IndexingEngine) -> None:
        """Replace the sources of a batch; on any interruption none of them is left half-way."""
        tallies = {each.key[0]: PassageTally() for each in batch}
        reasons: dict[str, str] = {}
        try:
            self.catalogue.begin([each.key for each in batch])
            self._stage(batch, making, tallies, reasons, run, maker)
            full = {key for key, found in tallies.items() if found.total and key not in reasons}
            empty = [each.key for each in batch if each.key[0] not in full]
            discard_sources(self.catalogue, self.store, empty)
            records = [each.record(tallies[each.key[0]]) for each in batch if each.key[0] in full]
            commit_sources(self.catalogue, self.store, records)
        except BaseException:
            # Should this fail too, the journal stays, and the next opening settles it.
            with suppress(QuaereError):
                settle(self.catalogue, self.store)
            raise
        for each in batch:
            if each.key[0] in full:
                run.indexed += 1
                run.passages += tallies[each.key[0]].total
            else:
                reason = reasons.get(each.key[0])
                run.leave_out(each.path, each.key[0], reason or "gives no passage", skipped=reason is None)
            run.finish_file(each.path, "embedding")

    def _stage(
        self,
        batch: Sequence[Loaded],
        making: _Making,
        tallies: dict[str, PassageTally],
        reasons: dict[str, str],
        run: Run,
        maker: IndexingEngine,
    ) -> None:
        """Stage the passages of a batch; if splitting fails, find out at which source and go on without it."""
        try:
            for passages in _by_part(batch, making, maker):
                self.store.stage(passages)
                for passage in passages:
                    tallies[passage.meta["source_id"]].add(passage.meta, indexed_text(passage))
                run.tell(batch[-1].document.meta["source"], "embedding")
        except (SplittingError, InputError) as error:
            if len(batch) == 1:
                reasons[batch[0].key[0]] = str(error)
                return
            for each in batch:
                alone = partial(maker.passages, [each.for_splitting()])
                self._stage([each], alone, tallies, reasons, run, maker)

    def _note_unread(self, looked_at: Sequence[Identity], run: Run) -> None:
        """Keep which files could not be read; of uploads their job tells, and their files go with it."""
        quality, ids = self.catalogue.quality, {each.source_id for each in looked_at}
        settled = {file_id for file_id, path in quality.unread_ids().items() if file_id in ids or is_gone(path)}
        quality.note_unread({each: file for each, file in run.unread.items() if each in ids}, settled)

    def _remove(self, source_ids: Sequence[str], run: Run) -> None:
        if not source_ids:
            return
        run.tell("", "removing")
        try:
            remove_sources(self.catalogue, self.store, source_ids)
        except BaseException:
            with suppress(QuaereError):
                settle(self.catalogue, self.store)
            raise
        run.removed += len(source_ids)


def _identified(files: Iterable[Path], identities: Mapping[str, Identity] | None) -> dict[str, Identity]:
    """What each file is known by: what was given, else its path."""
    known_by = {} if identities is None else identities
    return {str(path): known_by.get(printable(path), Identity.of(path)) for path in files}


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _is_whole(batch: Sequence[Loaded]) -> bool:
    return len(batch) > 1 or len(list(islice(parts(batch[0].for_splitting()), 2))) == 1


def _by_part(batch: Sequence[Loaded], making: _Making, maker: IndexingEngine) -> Iterator[list[Document]]:
    """The passages of a batch, or one after the other those of the parts of a large text."""
    made = making()
    if made is not None:
        yield made
        return
    with closing(in_order(lambda part: maker.passages([part]), parts(batch[0].for_splitting()), maker.workers)) as work:
        for _, part in work:
            yield part()
