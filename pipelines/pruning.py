"""Which indexed sources lie under the given paths and have lost their files. Knows neither store nor catalogue."""

import fnmatch
import glob
import os
from collections.abc import Sequence

from components.names import on_disk, printable
from components.stores.catalogue.sources import SourceInfo
from pipelines.changes import is_gone

ALWAYS_BELIEVED = 10
"""So many sources of a folder may always go, as long as others stay."""

_SHARE = 10
"""Of more, one in so many."""


def gone_below(sources: Sequence[SourceInfo], paths: Sequence[str]) -> list[SourceInfo]:
    """The sources under these files, folders or globs whose files are gone."""
    places = [_place(path) for path in paths]
    return [info for info in sources if any(_under(info.path, place) for place in places) and is_gone(info.path)]


def is_believed(gone: int, known: int) -> bool:
    """Whether a folder of so many sources may lose so many: a few or a tenth, and never all but a single one."""
    return gone <= max(ALWAYS_BELIEVED, known // _SHARE) and (gone < known or known <= 1)


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
