"""Files on disk against what was indexed: which are unchanged, and a look that proves a file stood still.

Paths and recorded states go in, states come out. Knows neither the store nor what is in a file.
"""

import hashlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from components.errors import LoadingError
from components.names import on_disk
from components.stores.catalogue.sources import FileState
from components.versions import version_of

_COARSE_NS = 2_000_000_000
"""Some file systems count whole seconds, in steps of two: a change within this time may not show."""

_TRIES = 3
_CHUNK = 1 << 20

T = TypeVar("T")


def seems_unchanged(path: Path, version: str, state: FileState, metadata_digest: str, splitting: str) -> bool:
    """Whether size and time of a file, and what is given with it, prove that its version is the one indexed."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    same_file = (status.st_size, status.st_mtime_ns) == (state.bytes, state.mtime_ns)
    settled = state.mtime_ns < state.checked_ns - _COARSE_NS
    return same_file and settled and version == version_of(state.sha256, metadata_digest, splitting)


def look(path: Path, metadata_digest: str, max_bytes: int) -> FileState | None:
    """Hash a file; None where it is not a readable regular file of that size, which its loader will explain."""
    checked = time.time_ns()
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size > max_bytes:
                return None
            hashed = hashlib.sha256()
            while chunk := file.read(_CHUNK):
                hashed.update(chunk)
    except OSError:
        return None
    return FileState(status.st_size, status.st_mtime_ns, checked, hashed.hexdigest(), metadata_digest)


def read_unchanging(
    path: Path, state: FileState | None, again: Callable[[], FileState | None], read: Callable[[], T]
) -> tuple[FileState, T]:
    """Read a file so that the state describes the very bytes that were read.

    Args:
        path: for messages.
        state: the latest look.
        again: takes another look.
        read: reads the file; what it raises is the caller's.

    Raises:
        LoadingError: the file changes at each try.
    """
    for _ in range(_TRIES):
        result = read()
        before, state = state, again()
        if before is not None and state is not None and _same(before, state):
            return before, result
    raise LoadingError(path, "changes while it is being read; index it again when its writer has finished")


def is_gone(path: str) -> bool:
    """Whether no file is there any more; one that cannot be looked at is not gone.

    Args:
        path: as the catalogue keeps it.
    """
    try:
        os.stat(on_disk(path))
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _same(one: FileState, other: FileState) -> bool:
    return (one.bytes, one.mtime_ns, one.sha256) == (other.bytes, other.mtime_ns, other.sha256)
