"""Which indexed sources lie under the given paths and have lost their files. Knows neither store nor catalogue.

A folder that has lost many files at once is not believed: its disk may not be mounted.
"""

import fnmatch
import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from components.names import on_disk, printable, shown
from components.stores.catalogue.sources import SourceInfo
from pipelines.changes import is_gone
from pipelines.reports import HeldBack

ALWAYS_BELIEVED = 10
"""So many sources of a folder may always go, as long as others stay."""

_SHARE = 10
"""Of more, one in so many."""

ALWAYS_BELIEVED = 10
"""So many sources of a folder may always go, as long as others stay."""

_SHARE = 10
"""Of more, one in so many."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What has lost its file."""

    sources: tuple[SourceInfo, ...]
    """Those that may go."""
    held_back: tuple[HeldBack, ...]
    """Those that stay, by the path that was given."""


def gone_below(sources: Sequence[SourceInfo], paths: Sequence[str], *, force: bool) -> Gone:
    """The sources under these files, folders or globs whose files are gone.

    Args:
        sources: all that there are.
        paths: as they were given.
        force: whether as many may go as there are.
    """
    found: dict[str, SourceInfo] = {}
    held_back = []
    for path in paths:
        place = _place(path)
        below = [info for info in sources if _under(info.path, place)]
        lost = [info for info in below if is_gone(info.path)]
        # Who names a file, and not a folder, knows of it.
        is_named = all(info.path == place for info in lost)
        if force or is_named or is_believed(len(lost), len(below)):
            found.update((info.source_id, info) for info in lost)
        else:
            held_back.append(HeldBack(shown(path), len(lost), len(below)))
    return Gone(tuple(found.values()), tuple(held_back))


def is_believed(gone: int, known: int) -> bool:
    """Whether a folder of so many sources may lose so many: a few or a tenth, and never all but a single one."""
    return gone <= max(ALWAYS_BELIEVED, known // _SHARE) and (gone < known or known <= 1)


def ignored_among(sources: Sequence[SourceInfo], ignored: Sequence[Path]) -> list[SourceInfo]:
    """The sources whose files, or folders above these, are left out by now."""
    places = {printable(os.path.abspath(path)) for path in ignored}
    return [info for info in sources if places and not places.isdisjoint(_with_folders(info.path))]


def _with_folders(path: str) -> list[str]:
    return [path, *map(str, Path(path).parents)]


def still_given(paths: Sequence[str], gone: Sequence[SourceInfo]) -> list[str]:
    """The paths without those that name nothing but sources that are gone.

    A folder that does not exist stays, and is refused later: its disk may only not be mounted.
    """
    removed = {info.path for info in gone}
    return [path for path in paths if not _names_only(path, removed)]


def _names_only(path: str, removed: set[str]) -> bool:
    place = _place(path)
    if glob.has_magic(path) and not os.path.lexists(on_disk(place)):
        matches = any(fnmatch.fnmatchcase(each, place) for each in removed)
        return matches and not glob.glob(on_disk(place), recursive=True)
    return place in removed and is_gone(place)


def _place(path: str) -> str:
    """The path as the catalogue keeps it."""
    return printable(os.path.abspath(os.path.expanduser(on_disk(path))))


def _under(path: str, place: str) -> bool:
    if path == place or path.startswith(place.rstrip(os.sep) + os.sep):
        return True
    return glob.has_magic(place) and fnmatch.fnmatchcase(path, place)
