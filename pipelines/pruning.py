"""Which indexed sources lie under the given paths and have lost their files. Knows neither store nor catalogue."""

import fnmatch
import glob
import os
from collections.abc import Sequence

from components.names import on_disk, printable
from components.stores.catalogue.sources import SourceInfo
from pipelines.changes import is_gone

_SHARE = 10
_FEW = 3


def may_delete(gone: int, known: int, *, force: bool) -> bool:
    """Whether so many sources may be deleted at once, since they are gone from where they come from.

    A site that is down or a folder that is not mounted looks as if all were gone, so that more than a tenth are deleted
    only where a person says so.

    Args:
        gone: sources to delete.
        known: sources from there that the index holds.
        force: whether a person says so.
    """
    return force or gone <= min(_FEW, known // 2) or gone * _SHARE <= known


def gone_below(sources: Sequence[SourceInfo], paths: Sequence[str]) -> list[SourceInfo]:
    """The sources under these files, folders or globs whose files are gone."""
    places = [_place(path) for path in paths]
    return [info for info in sources if any(_under(info.path, place) for place in places) and is_gone(info.path)]


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
