"""A seal of files that were closed in good order: their sizes and checksums, so that later damage is told.

A seal is written when files are closed and broken before their first change, so that one that is there is right. It
knows nothing of what is in the files.
"""

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

from components.errors import StoreError
from components.writing import write_whole

_BLOCK = 1 << 16  # bytes
_SEEK_DATA: int | None = getattr(os, "SEEK_DATA", None)


class Seal:
    """What files in a folder were when they were closed.

    Args:
        file: where the seal stands.
        folder: names of files are relative to it.
        advice: what to do about damage, for messages.
    """

    def __init__(self, file: Path, folder: Path, advice: str) -> None:
        self.file = file
        self.folder = folder
        self.advice = advice
        self._is_broken = False

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return self.file.exists()

    def write(self, files: Iterable[Path]) -> None:
        """Seal these files, which nobody has open.

        Raises:
            OSError: one cannot be read, or the seal not be written.
        """
        sealed = {path.relative_to(self.folder).as_posix(): _described(path) for path in sorted(files)}
        write_whole(self.file, json.dumps({"files": sealed}, indent=1), private=True)
        self._is_broken = False

    def break_(self) -> None:
        """Say that the files are about to change; a second call is free."""
        if self._is_broken:
            return
        self._is_broken = True
        if self.file.exists():
            self.file.unlink()
            _sync_folder(self.file.parent)

    def check_sizes(self) -> None:
        """See that all sealed files are there with their sizes, which is quick; without a seal there is nothing to see.

        Raises:
            StoreError: one is missing, or was cut off or lengthened; the message names it.
            OSError: the seal cannot be read.
        """
        for name, (size, _) in self._read().items():
            path = self.folder / name
            found = path.stat().st_size if path.is_file() else None
            if found != size:
                held = "is missing" if found is None else f"has {found:,} bytes where {size:,} were written"
                raise StoreError(f"{path}: {held}. {self.advice}")

    def damaged(self) -> list[Path]:
        """The sealed files that are missing or hold anything else now.

        Raises:
            StoreError: the seal itself cannot be read.
        """
        return [self.folder / name for name, sealed in self._read().items() if not _is(self.folder / name, sealed)]

    def _read(self) -> dict[str, tuple[int, str]]:
        try:
            files = json.loads(self.file.read_text("utf-8"))["files"]
            return {str(name): (int(size), str(checksum)) for name, (size, checksum) in files.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"{self.file}: is damaged, and with it perhaps the files whose checksums it holds. {self.advice}"
            ) from error


def checksum(path: Path) -> str:
    """SHA-256 of a file's blocks that are not all zero, with their places; holes are neither read nor told from zeros.

    Raises:
        OSError: it cannot be read.
    """
    hashed = hashlib.sha256()
    with FileIO(path) as file:
        for place, block in _blocks(file):
            if block.count(0) < len(block):
                hashed.update(place.to_bytes(8, "little"))
                hashed.update(block)
    return hashed.hexdigest()


def _described(path: Path) -> tuple[int, str]:
    return path.stat().st_size, checksum(path)


def _is(path: Path, sealed: tuple[int, str]) -> bool:
    return path.is_file() and path.stat().st_size == sealed[0] and checksum(path) == sealed[1]


def _blocks(file: FileIO) -> Iterator[tuple[int, bytes]]:
    """The blocks of a file that may hold something, with their places, which are multiples of the block."""
    place = 0
    while True:
        place = _next_data(file, place) // _BLOCK * _BLOCK
        file.seek(place)
        block = file.read(_BLOCK)
        if not block:
            return
        yield place, block
        place += _BLOCK


def _next_data(file: FileIO, place: int) -> int:
    """The place of the first byte from here on that is not in a hole; the file's end where there is none."""
    if _SEEK_DATA is None:
        return place
    try:
        return os.lseek(file.fileno(), place, _SEEK_DATA)
    except OSError as error:
        # Any other error is of a file system that knows no holes: all of the file is read.
        return os.fstat(file.fileno()).st_size + _BLOCK if error.errno == errno.ENXIO else place


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # Windows opens no folders
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
