"""Files, folders and globs -> the files to load, each once, sorted, and what was passed over and why.

Reads folder listings only; knows no file format beyond its suffix.
"""

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from components.loading.metadata import META_FILE

SETTINGS_FILES = frozenset({META_FILE, "quaere.toml", "synonyms.toml"})
"""Files of Quaere itself, which may lie between the documents."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not loaded."""

    path: Path
    reason: str
    """One clause in plain words."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a list of paths stands for."""

    files: tuple[Path, ...]
    """As given by the user, absolute or relative; sorted, each file once."""
    skipped: tuple[Skipped, ...]


def discover(paths: Sequence[str | Path], is_supported: Callable[[Path], bool]) -> Discovery:
    """Expand files, folders (with all below them) and globs.

    Hidden files, hidden folders and Quaere's own settings are left out without a word.

    Raises:
        InputError: for a path that does not exist, or a glob that matches nothing; names it.
    """
    files: dict[str, Path] = {}
    skipped: dict[Path, Skipped] = {}
    for path, reason in _walk(paths):
        if reason is None and not is_supported(path):
            reason = f'has the ending "{path.suffix}", which is not supported' if path.suffix else "has no ending"
        if reason is not None:
            skipped[path] = Skipped(path, reason)
        else:
            files.setdefault(os.path.realpath(path), path)
    return Discovery(tuple(sorted(files.values())), tuple(skipped[path] for path in sorted(skipped)))


def _walk(paths: Sequence[str | Path]) -> Iterator[tuple[Path, str | None]]:
    """Pairs of a path and why it cannot be loaded, None where it can."""
    for given in paths:
        for path in _matches(str(given)):
            if path.is_dir():
                yield from _below(path)
            else:
                yield path, _obstacle(path)


def _matches(given: str) -> list[Path]:
    if not given.strip():
        raise InputError("an empty path was given; name a file, a folder or a glob")
    path = Path(given).expanduser()
    if os.path.lexists(path):
        return [path]
    if glob.has_magic(given):
        found = sorted(glob.glob(str(path), recursive=True))
        if not found:
            raise InputError(f"{given}: no file matches; quote the pattern if your shell expands it itself")
        return [Path(name) for name in found if Path(name).name not in SETTINGS_FILES]
    raise InputError(f"{given}: no such file or folder")


def _below(folder: Path) -> Iterator[tuple[Path, str | None]]:
    failures: list[OSError] = []
    visited: set[tuple[int, int]] = set()
    for root, folders, names in os.walk(folder, followlinks=True, onerror=failures.append):
        status = os.stat(root)
        if (status.st_dev, status.st_ino) in visited:  # a link back to a folder seen before
            folders.clear()
            continue
        visited.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name not in SETTINGS_FILES:
                path = Path(root, name)
                yield path, _obstacle(path)
    for failure in failures:
        yield Path(str(failure.filename)), f"cannot be opened ({failure.strerror})"


def _obstacle(path: Path) -> str | None:
    if path.is_file():
        return None
    if path.is_symlink() and not path.exists():
        return f"is a link to {os.readlink(path)}, which does not exist"
    return "is not a regular file"
