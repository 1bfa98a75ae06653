"""Files against the index: which are new or changed, and what they hold now.

Paths go in, texts come out. Knows the catalogue, and neither the store nor passages.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from haystack import Document

from components.converters.loader import FILE_GROUPS
from components.converters.metadata import FolderMetadata
from components.errors import InputError, LoadingError, NoTextError
from components.stores.catalogue.sources import Catalogue, FileState
from components.types import PUBLIC_GROUP
from components.versions import digest, version_of
from pipelines.batches import Sized
from pipelines.changes import look, read_unchanging, seems_unchanged
from pipelines.engines import IndexingEngine, in_order
from pipelines.loaded import Identity, Loaded
from pipelines.reports import Run

_TOUCHED_TOGETHER = 500


class FileComparison:
    """One look at many files.

    Args:
        catalogue: open; knows what is indexed.
        folders: the metadata that do not come from the files themselves.
        splitting: names the way of splitting; with another one, every file has changed.
        max_bytes: a larger file is refused.
    """

    def __init__(self, catalogue: Catalogue, folders: FolderMetadata, splitting: str, max_bytes: int) -> None:
        self.catalogue = catalogue
        self.folders = folders
        self.splitting = splitting
        self.max_bytes = max_bytes

    def changed(self, identities: Mapping[str, Identity], run: Run, maker: IndexingEngine) -> Generator[Sized[Loaded]]:
        """The files whose version is not in the index, with their text; others, and failures, are noted in the run.

        Args:
            identities: what each path is known by.
            run: is told of every file that gives nothing here.
            maker: reads the files.
        """
        known, overrides = self.catalogue.states(), self.catalogue.overrides()
        touched: dict[str, FileState] = {}

        def load(path: str) -> Loaded | FileState | None:
            source_id = identities[path].source_id
            fields = _fields(self.folders.external(Path(path)), identities[path], overrides.get(source_id, {}))
            loaded = self._load(path, identities[path], fields, known.get(source_id), maker)
            return replace(loaded, caller_meta=self.folders.overrides) if isinstance(loaded, Loaded) else loaded

        with closing(in_order(load, identities, maker.workers)) as files:
            for path, loading in files:
                run.tell(path, "reading")
                try:
                    found = loading()
                except (LoadingError, InputError) as error:
                    reason = error.reason if isinstance(error, LoadingError) else str(error)
                    # Where an earlier version stays in the index, somebody must know.
                    source_id = identities[path].source_id
                    is_note = isinstance(error, NoTextError) and source_id not in known
                    run.leave_out(path, source_id, reason, skipped=is_note)
                    run.finish_file(path)
                    continue
                if isinstance(found, Loaded):
                    yield Sized(found, found.passages)
                    continue
                self._note(identities[path])
                if found is not None:
                    touched[identities[path].source_id] = found
                run.unchanged += 1
                run.finish_file(path)
                if len(touched) >= _TOUCHED_TOGETHER:
                    self.catalogue.touch(touched)
                    touched.clear()
        self.catalogue.touch(touched)

    def compare(self, identities: Mapping[str, Identity]) -> tuple[set[str], list[str]]:
        """The paths that are in the index in some version, and those whose version is not; no file is read for it.

        Args:
            identities: what each path is known by.
        """
        known, overrides = self.catalogue.states(), self.catalogue.overrides()
        changed = []
        for path, identity in identities.items():
            fields = _fields(self.folders.external(Path(path)), identity, overrides.get(identity.source_id, {}))
            if not self._is_indexed(Path(path), digest(fields), known.get(identity.source_id)):
                changed.append(path)
        return {path for path, identity in identities.items() if identity.source_id in known}, changed

    def _is_indexed(self, path: Path, given: str, known: tuple[str, FileState] | None) -> bool:
        if known is None:
            return False
        if seems_unchanged(path, *known, given, self.splitting):
            return True
        state = look(path, given, self.max_bytes)
        return state is not None and known[0] == self._version(state)

    def _load(
        self,
        given_path: str,
        identity: Identity,
        fields: dict[str, Any],
        known: tuple[str, FileState] | None,
        maker: IndexingEngine,
    ) -> Loaded | FileState | None:
        """The file's text; where its version is indexed already, its new look, or None if that has not changed."""
        path = Path(given_path)
        given = digest(fields)
        if known is not None and seems_unchanged(path, *known, given, self.splitting):
            return None

        def look_again() -> FileState | None:
            return look(path, given, self.max_bytes)

        state = look_again()
        if state is not None and known is not None and known[0] == self._version(state):
            return state
        state, read = read_unchanging(path, state, look_again, lambda: maker.read(given_path, fields))
        named = read.document.meta.pop(FILE_GROUPS, ())
        if identity.allowed_groups is not None:
            _refuse_foreign_groups(read.document, named, identity.allowed_groups, path)
        ids = {"source": identity.source, "source_id": identity.source_id, "version": self._version(state)}
        meta: dict[str, Any] = {"groups": [PUBLIC_GROUP]} | read.document.meta | fields | ids
        return Loaded(given_path, replace(read.document, meta=meta), state, identity, pieces=read.pieces)

    def _note(self, identity: Identity) -> None:
        """Keep an override that changes nothing by now, but may later."""
        if identity.override is not None:
            self.catalogue.set_override(identity.source_id, identity.override)

    def _version(self, state: FileState) -> str:
        return version_of(state.sha256, state.given, self.splitting)


def _fields(external: Mapping[str, Any], identity: Identity, override: Mapping[str, Any]) -> dict[str, Any]:
    """What holds above the document's own fields."""
    return {**external, **(override if identity.override is None else identity.override)}


def _refuse_foreign_groups(document: Document, named: Sequence[str], allowed: Sequence[str], path: Path) -> None:
    """Whoever sends a file names only their own groups in it: others could neither see nor delete what they got.

    Raises:
        LoadingError: the file, or a row of it, names another one.
    """
    parts = [("", named)]
    parts += [(f"row {block.row}: ", block.meta.get("groups", ())) for block in document.meta["blocks"]]
    for where, groups in parts:
        foreign = [name for name in groups if name not in allowed]
        if foreign:
            raise LoadingError(path, f"{where}names groups of which its sender is no member ({', '.join(foreign)})")
