"""What is for its owner alone: folders of mode 0700 and files of mode 0600, whatever the umask says.

Knows no data folder; where there are no such modes, as on Windows, nothing happens.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private(folder: Path, *, within: Path | None = None) -> None:
    """Make a folder for its owner alone.

    Args:
        folder: is made where it is missing.
        within: a folder above it that is made in the same way, with all between; others above are made as usual.

    Raises:
        OSError: it cannot be made.
    """
    if within is not None and within in folder.parents:
        make_private(folder.parent, within=within)
    folder.mkdir(0o700, parents=True, exist_ok=True)
    tighten(folder)


def tighten(*paths: Path) -> None:
    """Take the rights of group and others from files and folders of this user; links and others' files stay."""
    for path in paths:
        with suppress(OSError):
            status = path.lstat()
            kind = stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)
            if kind and _is_own(status) and status.st_mode & _OTHERS:
                path.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)


def tighten_below(folders: Iterable[Path], *, done: Iterable[Path] = ()) -> None:
    """Tighten folders with all that is in them.

    Args:
        folders: where to begin.
        done: folders whose own folders are known to be in order where they are private themselves.
    """
    known = set(done)
    for folder in folders:
        for root, names, files in os.walk(folder):
            place = Path(root)
            if place in known:
                names[:] = [name for name in names if _is_open(place / name)]
            tighten(place, *(place / name for name in files))


@contextmanager
def private_by_default() -> Iterator[None]:
    """Have this process make all its files for their owner alone, for as long as the block runs."""
    before = os.umask(_OTHERS)
    os.umask(before | _OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def _is_open(folder: Path) -> bool:
    return bool(folder.lstat().st_mode & _OTHERS)


def _is_own(status: os.stat_result) -> bool:
    return hasattr(os, "geteuid") and status.st_uid == os.geteuid()
