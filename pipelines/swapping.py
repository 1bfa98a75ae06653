"""Puts a rebuilt embedded index in the place of the old one, such that a kill leaves one of the two.

Beside the index's folder stand, while it is replaced: ``.rebuild`` (being built), ``.ready`` (complete) and ``.old``.
Knows nothing of what is in them.
"""

import shutil
from pathlib import Path

from components.errors import StoreError
from components.store.catalogue import Catalogue
from components.store.document_store import QuaereDocumentStore

PASSING = (".rebuild", ".ready", ".old")
"""Endings of the folders that stand beside an index while it is replaced."""


def rebuild_folder(store: QuaereDocumentStore) -> Path:
    """Where a new index for this embedded store is built."""
    return _beside(store)[0]


def swap(catalogue: Catalogue, store: QuaereDocumentStore) -> None:
    """Put the complete index that stands in :func:`rebuild_folder`, closed and noted, in the store's place.

    Raises:
        StoreError: a folder cannot be moved.
    """
    store.close()
    building, ready, _ = _beside(store)
    try:
        building.rename(ready)
    except OSError as error:
        raise StoreError(f"{building}: cannot be put in place ({error}); run `quaere rebuild` again") from error
    finish_swap(catalogue, store)
    # A search may have opened the old index again meanwhile.
    store.close()


def finish_swap(catalogue: Catalogue, store: QuaereDocumentStore) -> None:
    """Finish a swap that was begun, or drop an index that was not complete; call it before the store is opened."""
    if store.path is None:
        return
    index = Path(store.path)
    building, ready, old = _beside(store)
    try:
        if ready.exists():
            store.close()
            if index.exists():
                _remove(old)
                index.rename(old)
            ready.rename(index)
        rebuilt = catalogue.rebuilt()
        if rebuilt is not None:
            # Noted but never moved: the kill came before the rebuilt index was declared complete.
            if building.exists():
                catalogue.note_rebuilt(None)
            else:
                catalogue.adopt_rebuilt(rebuilt)
        for leftover in (building, old):
            _remove(leftover)
    except OSError as error:
        raise StoreError(
            f"{index}: a rebuilt index cannot be put in place ({error}); make the folder writable and free some space"
        ) from error


def _beside(store: QuaereDocumentStore) -> tuple[Path, Path, Path]:
    if store.path is None:
        raise StoreError("Only an index in a folder is swapped; the store has no folder.")
    index = Path(store.path)
    building, ready, old = (index.with_name(index.name + ending) for ending in PASSING)
    return building, ready, old


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
