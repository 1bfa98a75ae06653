"""Folders that change -> an index that follows: what to do when, however the changes and the index are got at.

A folder that is not there is waited for, and nothing of it is deleted meanwhile. Opens nothing, reads no file.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import watchfiles

from components.converters.ignoring import IGNORE_FILE
from components.errors import InputError, StoreError
from components.names import shown
from pipelines.reports import FileFailure, HeldBack, IndexReport

_QUIET_MS = 1_000
"""Changes are collected until nothing has changed for so long, or a little longer."""

_TICK_MS = 2_000
"""So often somebody looks whether the folders are still there."""

_Identity = tuple[int, int]
"""Device and number of a folder: another one where a disk was mounted over it, or it was made anew."""


class FolderWatch:
    """Follows folders until their events end.

    Args:
        folders: what is followed.
        index: brings the index up to date with the folders that are there.
        events: gives True for each change below folders, and False now and then without one.
        wait: passes some time while no folder is there; False ends it.
        tell: is given the report of every run that found something new.
        say: is told in words what else there is to know.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        index: Callable[[list[str]], IndexReport],
        events: Callable[[list[Path]], Iterator[bool]],
        wait: Callable[[], bool],
        tell: Callable[[IndexReport], None],
        say: Callable[[str], None],
    ) -> None:
        self._folders = folders
        self._index = index
        self._events = events
        self._wait = wait
        self._tell = tell
        self._say = say
        self._missing: set[Path] = set()
        self._left_out: tuple[tuple[FileFailure, ...], tuple[HeldBack, ...]] = ((), ())
        self._trouble = ""

    def follow(self) -> None:
        """Index what is there, then what changes.

        Raises:
            InputError: something in a folder, such as its metadata, cannot be used.
        """
        while True:
            there = self._there()
            self._say_what_is_missing(there)
            going_on = self._follow(there) if there else self._wait()
            if not going_on:
                return

    def _follow(self, there: dict[Path, _Identity]) -> bool:
        """Follow these folders; True as soon as others are there."""
        pending = True
        for changed in self._events(list(there)):
            pending = pending or changed
            if self._there() != there:
                return True
            if pending:
                pending = not self._is_indexed([str(folder) for folder in there])
        return False

    def _is_indexed(self, folders: list[str]) -> bool:
        """Whether a run came to its end; where the index cannot be written now, it is tried again."""
        try:
            report = self._index(folders)
        except InputError:
            # It may have gone while it was read; then the next look finds that out.
            if all(_identity(Path(folder)) is not None for folder in folders):
                raise
            return False
        except StoreError as error:
            if str(error) != self._trouble:
                self._say(f"{error}; trying again")
            self._trouble = str(error)
            return False
        self._trouble = ""
        left_out, self._left_out = self._left_out, (report.failures, report.held_back)
        if report.indexed or report.removed or left_out != self._left_out:
            self._tell(report)
        return True

    def _there(self) -> dict[Path, _Identity]:
        return {folder: identity for folder in self._folders if (identity := _identity(folder)) is not None}

    def _say_what_is_missing(self, there: dict[Path, _Identity]) -> None:
        missing = {folder for folder in self._folders if folder not in there}
        for folder in sorted(missing - self._missing):
            self._say(f"{shown(str(folder))} is not there; waiting for it, and nothing of it is deleted meanwhile")
        for folder in sorted(self._missing - missing):
            self._say(f"{shown(str(folder))} is there again")
        self._missing = missing


def _identity(folder: Path) -> _Identity | None:
    try:
        status = os.stat(folder)
        # A folder that cannot be listed is as good as gone.
        with os.scandir(folder):
            return status.st_dev, status.st_ino
    except OSError:
        return None


def file_events(folders: list[Path], apart: Path) -> Iterator[bool]:
    """The events of the operating system, several changes together; False where there was none for a while.

    Args:
        folders: that are followed, with all below them.
        apart: a folder whose changes do not count, since indexing makes them.
    """
    roots = [os.path.abspath(folder) for folder in folders]
    own = os.path.realpath(apart)

    def concerns(_: watchfiles.Change, path: str) -> bool:
        return is_followed(path, roots, own)

    for changes in watchfiles.watch(
        *folders, watch_filter=concerns, debounce=_QUIET_MS, rust_timeout=_TICK_MS, yield_on_timeout=True
    ):
        yield bool(changes)


def is_followed(path: str, roots: Sequence[str], apart: str) -> bool:
    """Whether a change at a path may change the index: hidden files do not, and neither does what indexing writes."""
    real = os.path.realpath(path)
    if real == apart or real.startswith(apart + os.sep):
        return False
    root = next((root for root in roots if path.startswith(root + os.sep)), "")
    parts = os.path.relpath(path, root).split(os.sep) if root else []
    *folders, name = parts or [""]
    return not any(part.startswith(".") for part in folders) and (not name.startswith(".") or name == IGNORE_FILE)
