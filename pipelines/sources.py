"""Which indexed sources a caller may know of, and one of them by what it is called. Reads the catalogue."""

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from components.errors import InputError, LoadingError
from components.store.catalogue import Catalogue, SourceInfo, SourceText
from components.types import PUBLIC_GROUP, Passage


class UnknownSource(InputError):
    """No source that the caller may know of is called so."""


@dataclass(frozen=True, slots=True)
class SourceDetail:
    """A source with its extracted text and its passages."""

    info: SourceInfo
    text: str
    passages: tuple[Passage, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some words of a source, between those around them."""

    info: SourceInfo
    before: str
    text: str
    after: str
    start: int
    """Of the text, in the source's extracted text, in code points."""
    end: int
    """Exclusive."""
    heading: str | None
    page: int | None


def excerpt(catalogue: Catalogue, info: SourceInfo, start: int, end: int, around: int) -> Excerpt:
    """What stands at a place, and around it.

    Args:
        catalogue: holds the text.
        info: the source.
        start: in its extracted text, in code points.
        end: exclusive.
        around: code points before and after, at most.

    Raises:
        InputError: the text has no such place.
    """
    found = _text(catalogue, info)
    if not 0 <= start <= end <= len(found.text):
        raise InputError(f"{info.source}: has {len(found.text):,} characters, so there is no place {start} to {end}")
    block = next((block for block in found.blocks if block["end"] > start), None) or {}
    return Excerpt(
        info=info,
        before=found.text[max(0, start - around) : start],
        text=found.text[start:end],
        after=found.text[end : end + around],
        start=start,
        end=end,
        heading=" > ".join(block.get("heading", ())) or None,
        page=block.get("page"),
    )


def picture(catalogue: Catalogue, info: SourceInfo, page: int, start: int, end: int, width: int) -> bytes:
    """A page of a PDF as a PNG with the characters from ``start`` to ``end`` marked.

    Raises:
        InputError: the source is no PDF, has no such page, or its file is not the one that was indexed any more.
    """
    found = _text(catalogue, info)
    if found.boxes is None:
        raise InputError(f"{info.source}: is no PDF, so its pages cannot be drawn")
    path = Path(info.path)
    state = catalogue.states()[info.source_id][1]
    try:
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == state.sha256
        if not same:
            raise InputError(f"{info.source}: the file has changed since it was indexed; index it again")
        # Imported when a page is drawn: asking needs neither.
        from components.loading.page_picture import page_picture
        from components.loading.pdf import decode_boxes

        return page_picture(path, page, decode_boxes(found.boxes), start, end, width)
    except (OSError, LoadingError) as error:
        reason = error.reason if isinstance(error, LoadingError) else f"its file cannot be read ({error.strerror})"
        raise InputError(f"{info.source}: {reason}") from error


def _text(catalogue: Catalogue, info: SourceInfo) -> SourceText:
    found = catalogue.text(info.source_id)
    if found is None:
        raise UnknownSource(f"no source is called {info.source!r} any more")
    return found


def visible_sources(catalogue: Catalogue, groups: Sequence[str] | None) -> list[SourceInfo]:
    """The sources that a caller of these groups, and of the public one, may know of, by name; None for all."""
    return [info for info in catalogue.sources() if _is_visible(info, groups)]


def find_source(catalogue: Catalogue | None, name: str, groups: Sequence[str] | None) -> SourceInfo:
    """The source with this name, path or id.

    Raises:
        UnknownSource: there is none that a caller of these groups may know of.
        InputError: several have that name.
    """
    named = [] if catalogue is None else catalogue.find(name)
    found = [info for info in named if _is_visible(info, groups)]
    if not found:
        names = [] if catalogue is None else [info.source for info in visible_sources(catalogue, groups)]
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(close)}?" if close else "`quaere sources list` shows all"
        raise UnknownSource(f"no source is called {name[:200]!r}; {hint}")
    if len(found) > 1:
        raise InputError(f"{len(found)} sources are called {name!r}: {', '.join(info.path for info in found)}")
    return found[0]


def _is_visible(info: SourceInfo, groups: Sequence[str] | None) -> bool:
    return groups is None or not {PUBLIC_GROUP, *groups}.isdisjoint(info.groups)
