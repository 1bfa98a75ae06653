"""Puts a rebuilt embedded index in the place of the old one, such that a kill leaves one of the two.

Beside the index's folder stand, while it is replaced: ``.rebuild`` (being built), ``.ready`` (complete) and ``.old``.
Knows nothing of what is in them.
"""

import shutil
from pathlib import Path

from components.errors import StoreError
from components.stores.catalogue.sources import Catalogue

PASSING = (".rebuild", ".ready", ".old")
"""Endings of the folders that stand beside an index while it is replaced."""


def rebuild_folder(index: Path) -> Path:
    """Where a new index for this folder is built."""
    return _beside(index)[0]


def swap(catalogue: Catalogue, index: Path) -> None:
    """Put the complete index that stands in :func:`rebuild_folder` in the place of the old one.

    Both are closed, and the new one is noted in the catalogue.

    Raises:
        StoreError: a folder cannot be moved.
    """
    building, ready, _ = _beside(index)
    try:
        building.rename(ready)
    except OSError as error:
        raise StoreError(f"{building}: cannot be put in place ({error}); run `quaere rebuild` again") from error
    finish_swap(catalogue, index)


def finish_swap(catalogue: Catalogue, index: Path) -> None:
    """Finish a swap that was begun, or drop an index that was not complete; call it before a store is opened.

    Raises:
        StoreError: a folder cannot be moved or removed.
    """
    building, ready, old = _beside(index)
    try:
        if ready.exists():
            if index.exists():
                _remove(old)
                index.rename(old)
            ready.rename(index)
        if building.exists():
            # The kill came before it was declared complete.
            catalogue.forget_rebuilt()
        else:
            catalogue.adopt_rebuilt()
        for leftover in (building, old):
            _remove(leftover)
    except OSError as error:
        raise StoreError(
            f"{index}: a rebuilt index cannot be put in place ({error}); make the folder writable and free some space"
        ) from error


def _beside(index: Path) -> tuple[Path, Path, Path]:
    building, ready, old = (index.with_name(index.name + ending) for ending in PASSING)
    return building, ready, old


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
