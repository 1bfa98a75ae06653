"""``.quaereignore``: which files and folders below a folder are left out, in the syntax of ``.gitignore``.

Each folder may have a file of its own. Of several, that of the deeper folder counts, and in it the last line that fits;
``!`` takes a file in again, unless a folder above it is left out.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from components.errors import InputError
from components.names import shown

IGNORE_FILE = ".quaereignore"
"""The name of such a file."""

_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class IgnoreFiles:
    """The files of the folders that a search has come through, below one folder.

    Args:
        root: the folder that is searched; files above it do not count.
    """

    root: str
    _specs: dict[str, GitIgnoreSpec | None] = field(default_factory=dict)

    def ignores(self, folder: str, name: str, *, is_folder: bool = False) -> bool:
        """Whether what is called so in a folder, which is not left out itself, is left out.

        Raises:
            InputError: a file cannot be read or used, so that what it would leave out is not known.
        """
        path = os.path.join(folder, name) + ("/" if is_folder else "")
        for above in _folders(self.root, folder):
            spec = self._spec(above)
            if spec is None:
                continue
            decided = spec.check_file(os.path.relpath(path, above) + ("/" if is_folder else "")).include
            if decided is not None:
                return decided
        return False

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            self._specs[folder] = _read(Path(folder, IGNORE_FILE))
        return self._specs[folder]


def _folders(root: str, folder: str) -> Iterator[str]:
    """A folder and those above it, down to the root, the deepest first."""
    yield folder
    while folder != root and len(folder) > len(root):
        folder = os.path.dirname(folder)
        yield folder


def _read(file: Path) -> GitIgnoreSpec | None:
    try:
        if not file.is_file():
            return None
        if file.stat().st_size > _MOST_BYTES:
            raise InputError(f"{shown(str(file))}: is over {_MOST_BYTES:,} bytes; leave lines out")
        return GitIgnoreSpec.from_lines(file.read_text("utf-8-sig").splitlines())
    except (OSError, ValueError) as error:
        raise InputError(
            f"{shown(str(file))}: cannot be used ({error}); correct it, so that no file is read by mistake"
        ) from error
