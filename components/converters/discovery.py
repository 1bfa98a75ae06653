"""Files, folders and globs -> the files to load, each once, sorted, and what was passed over and why.

Reads folder listings only; knows no file format beyond its suffix.
"""

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from components.converters.ignoring import IgnoreFiles
from components.converters.metadata import META_FILE
from components.errors import InputError
from components.names import on_disk, shown

SETTINGS_FILES = frozenset({META_FILE, "quaere.toml", "synonyms.toml"})
"""Files of Quaere itself, which may lie between the documents."""

DATA_FILES = (("catalogue.sqlite",), ("lock", "lock.json"))
"""What a data folder is known by: all files of one of these."""

_DATA_FOLDER = "is a data folder of Quaere, which is not indexed"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not loaded."""

    path: Path
    reason: str
    """One clause in plain words."""
    is_unsupported: bool = False
    """Whether it is only that its format is not supported."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a list of paths stands for."""

    files: tuple[Path, ...]
    """As given by the user, absolute or relative; sorted, each file once."""
    skipped: tuple[Skipped, ...]
    ignored: tuple[Path, ...] = ()
    """Files and folders that a ``.quaereignore`` leaves out; what is in such a folder is not looked at."""


def discover(
    paths: Sequence[str | Path],
    is_supported: Callable[[Path], bool],
    *,
    follow_links: bool = False,
    apart: Sequence[Path] = (),
) -> Discovery:
    """Expand files, folders (with all below them) and globs.

    Hidden files, hidden folders, Quaere's own settings and what a ``.quaereignore`` names are left out; a path that is
    given itself never is. Data folders of Quaere are never
    searched: they hold copies of documents, and what only their owner may read.

    Args:
        paths: names on disk, or such as :func:`components.names.printable` shows them.
        is_supported: whether a file of this name can be loaded.
        follow_links: whether links that lead out of a given folder are followed; a path that is given itself always is.
        apart: further folders that are never searched.

    Raises:
        InputError: for a path that does not exist, a glob that matches nothing, or a ``.quaereignore`` that cannot be
            used; names it.
    """
    files: dict[str, Path] = {}
    skipped: dict[Path, Skipped] = {}
    search = _Search(follow_links, frozenset(map(os.path.realpath, apart)))
    for path, reason in search.walk(paths):
        if reason is not None:
            skipped[path] = Skipped(path, reason)
        elif not is_supported(path):
            reason = f'has the ending "{path.suffix}", which is not supported' if path.suffix else "has no ending"
            skipped[path] = Skipped(path, reason, is_unsupported=True)
        else:
            files.setdefault(os.path.realpath(path), path)
    return Discovery(
        tuple(sorted(files.values())), tuple(skipped[path] for path in sorted(skipped)), tuple(sorted(search.ignored))
    )


_Found = tuple[Path, str | None]
"""A path, and why it cannot be loaded, None where it can."""


@dataclass(frozen=True, slots=True)
class _Search:
    """One look through paths."""

    follow_links: bool
    apart: frozenset[str]
    ignored: set[Path] = field(default_factory=set)
    _known: dict[str, bool] = field(default_factory=dict)

    def walk(self, paths: Sequence[str | Path]) -> Iterator[_Found]:
        for given in paths:
            name = on_disk(given)
            path = Path(name).expanduser()
            if not name.strip():
                raise InputError("an empty path was given; name a file, a folder or a glob")
            if os.path.lexists(path):
                yield from self._below(path, path) if path.is_dir() else [(path, _obstacle(path))]
            elif glob.has_magic(name):
                yield from self._matches(str(path))
            else:
                raise InputError(f"{shown(name)}: no such file or folder")

    def _matches(self, pattern: str) -> Iterator[_Found]:
        found = sorted(glob.glob(pattern, recursive=True))
        if not found:
            raise InputError(f"{shown(pattern)}: no file matches; quote the pattern if your shell expands it itself")
        root = Path(pattern)
        while glob.has_magic(str(root)):
            root = root.parent
        for path in map(Path, found):
            if path.is_dir():
                yield from self._below(path, root)
            elif path.name not in SETTINGS_FILES:
                yield path, self._obstacle(path, root)

    def _below(self, folder: Path, root: Path) -> Iterator[_Found]:
        """What is in a folder and those below it; links are followed as far as they stay in ``root``."""
        failures: list[OSError] = []
        visited: set[tuple[int, int]] = set()
        ignoring = IgnoreFiles(str(folder))
        if (reason := self._barrier(folder, root)) is not None:
            yield folder, reason
            return
        for place, folders, names in os.walk(folder, followlinks=True, onerror=failures.append):
            status = os.stat(place)
            if (status.st_dev, status.st_ino) in visited:  # a link back to a folder seen before
                folders.clear()
                continue
            visited.add((status.st_dev, status.st_ino))
            entered = []
            for name in sorted(name for name in folders if not name.startswith(".")):
                path = Path(place, name)
                if ignoring.ignores(place, name, is_folder=True):
                    self.ignored.add(path)
                elif (reason := self._barrier(path, root)) is None:
                    entered.append(name)
                else:
                    yield path, reason
            folders[:] = entered
            for name in sorted(names):
                if name.startswith(".") or name in SETTINGS_FILES:
                    continue
                if ignoring.ignores(place, name):
                    self.ignored.add(Path(place, name))
                else:
                    yield Path(place, name), self._obstacle(Path(place, name), root)
        for failure in failures:
            yield Path(str(failure.filename)), f"cannot be opened ({failure.strerror})"

    def _barrier(self, folder: Path, root: Path) -> str | None:
        """Why a folder is not entered."""
        real = os.path.realpath(folder)
        if not self.follow_links and not _is_below(real, root):
            return _leading_out(real)
        return _DATA_FOLDER if self._is_in_data(real) else None

    def _obstacle(self, path: Path, root: Path) -> str | None:
        real = os.path.realpath(path)
        if path.is_file():
            if not self.follow_links and not _is_below(real, root):
                return _leading_out(real)
            if self._is_in_data(os.path.dirname(real)):
                return "leads into a data folder of Quaere"
        return _obstacle(path)

    def _is_in_data(self, folder: str) -> bool:
        """Whether a folder, or one that it is in, is a data folder."""
        known = self._known.get(folder)
        if known is None:
            above = os.path.dirname(folder)
            known = (
                folder in self.apart
                or any(all(os.path.isfile(os.path.join(folder, name)) for name in names) for names in DATA_FILES)
                or (above != folder and self._is_in_data(above))
            )
            self._known[folder] = known
        return known


def _is_below(real: str, root: Path) -> bool:
    top = os.path.realpath(root)
    return real == top or real.startswith(os.path.join(top, ""))


def _leading_out(real: str) -> str:
    return f"is a link that leads out of the folder, to {real}; --follow-links follows it"


def _obstacle(path: Path) -> str | None:
    if path.is_file():
        return None
    if path.is_symlink() and not path.exists():
        return f"is a link to {os.readlink(path)}, which does not exist"
    return "is not a regular file"
