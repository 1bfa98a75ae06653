"""Which indexed sources a caller may know of, and one of them by what it is called. Reads the catalogue."""

import difflib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from components.errors import InputError
from components.store.catalogue import Catalogue, SourceInfo
from components.types import PUBLIC_GROUP, Passage


@dataclass(frozen=True, slots=True)
class SourceDetail:
    """A source with its extracted text and its passages."""

    info: SourceInfo
    text: str
    passages: tuple[Passage, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def visible_sources(catalogue: Catalogue, groups: Sequence[str] | None) -> list[SourceInfo]:
    """The sources that a caller of these groups, and of the public one, may know of, by name; None for all."""
    return [info for info in catalogue.sources() if _is_visible(info, groups)]


def find_source(catalogue: Catalogue | None, name: str, groups: Sequence[str] | None) -> SourceInfo:
    """The source with this name, path or id.

    Raises:
        InputError: there is none that a caller of these groups may know of, or several have that name.
    """
    named = [] if catalogue is None else catalogue.find(name)
    found = [info for info in named if _is_visible(info, groups)]
    if not found:
        names = [] if catalogue is None else [info.source for info in visible_sources(catalogue, groups)]
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(close)}?" if close else "`quaere sources list` shows all"
        raise InputError(f"no source is called {name!r}; {hint}")
    if len(found) > 1:
        raise InputError(f"{len(found)} sources are called {name!r}: {', '.join(info.path for info in found)}")
    return found[0]


def _is_visible(info: SourceInfo, groups: Sequence[str] | None) -> bool:
    return groups is None or not {PUBLIC_GROUP, *groups}.isdisjoint(info.groups)
