"""Which indexed sources a caller may know of, and one of them by what it is called. Reads the catalogue."""

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from components.converters.extracted import Block
from components.converters.metadata import FolderMetadata
from components.errors import InputError, LoadingError
from components.names import on_disk
from components.stores.catalogue.sources import Catalogue, SourceInfo, SourceText
from components.stores.catalogue.visible import VisibleSources
from components.types import PUBLIC_GROUP, Passage
from components.versions import digest


class UnknownSource(InputError):
    """No source that the caller may know of is called so."""

    status = HTTPStatus.NOT_FOUND


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


@dataclass(frozen=True, slots=True)
class KeptFields:
    """What the catalogue keeps of a source's metadata beside its file and the folders above it."""

    source: str
    override: dict[str, Any]
    """Fields that hold above all others."""
    caller: dict[str, Any] | None
    """Fields that whoever indexed it gave; None where that is not known, since an older Quaere did not keep them."""

    def to_index_again(self) -> dict[str, Any]:
        """The caller's, without which it would be another version, perhaps for other readers.

        Raises:
            InputError: they are not known.
        """
        if self.caller is None:
            raise InputError(
                f"{self.source}: was indexed by an older version of Quaere, which did not keep the metadata that were "
                "given then; run `quaere index` on it once, with these"
            )
        return self.caller


def kept_fields(catalogue: Catalogue, info: SourceInfo) -> KeptFields:
    """The fields of a source that are in no file."""
    override = catalogue.override(info.source_id)
    caller = catalogue.caller_meta(info.source_id)
    if caller is None:
        state = catalogue.state(info.source_id)
        if state is not None and state.given == digest({**FolderMetadata().external(on_disk(info.path)), **override}):
            caller = {}
    return KeptFields(info.source, override, caller)


def is_indexed(catalogue: Catalogue, source_id: str, path: str) -> bool:
    """Whether the index holds of a source what lies at a path now, with the metadata that are given with it there."""
    state = catalogue.state(source_id)
    if state is None:
        return False
    given = {**FolderMetadata().external(path), **catalogue.override(source_id)}
    try:
        with Path(path).open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == state.sha256
    except OSError:
        return False
    return same and state.given == digest(given)


def excerpt(
    catalogue: Catalogue, info: SourceInfo, start: int, end: int, around: int, groups: Sequence[str] | None
) -> Excerpt:
    """What stands at a place, and around it; a row that is not for the caller's groups ends what is shown.

    Args:
        catalogue: holds the text.
        info: the source.
        start: in its extracted text, in code points.
        end: exclusive.
        around: code points before and after, at most.
        groups: the caller's; None for all.

    Raises:
        InputError: the text has no such place that the caller may read.
    """
    found = _text(catalogue, info)
    first, last = _readable(found, start, end, groups)
    if not first <= start <= end <= last:
        raise InputError(f"{info.source}: there is no place {start} to {end}")
    block = next((Block.from_dict(block) for block in found.blocks if block["end"] > start), None)
    return Excerpt(
        info=info,
        before=found.text[max(first, start - around) : start],
        text=found.text[start:end],
        after=found.text[end : min(last, end + around)],
        start=start,
        end=end,
        heading=None if block is None else " > ".join(block.heading) or None,
        page=None if block is None else block.page_at(start),
    )


def _readable(source: SourceText, start: int, end: int, groups: Sequence[str] | None) -> tuple[int, int]:
    """The run of the text around a place in which nothing is for others; an empty one where the place itself is."""
    hidden = [block for block in source.blocks if not is_for(block.get("meta", {}).get("groups"), groups)]
    # An empty place stands in the block that it is the beginning of.
    if any(block["start"] < max(end, start + 1) and start < block["end"] for block in hidden):
        return 0, -1
    first = max((block["end"] for block in hidden if block["end"] <= start), default=0)
    last = min((block["start"] for block in hidden if block["start"] >= end), default=len(source.text))
    return first, last


def picture(catalogue: Catalogue, info: SourceInfo, page: int, start: int, end: int, width: int) -> bytes:
    """A page of a PDF as a PNG with the characters from ``start`` to ``end`` marked.

    Raises:
        InputError: the source is no PDF, has no such page, or its file is not the one that was indexed any more.
    """
    found = _text(catalogue, info)
    if found.boxes is None:
        raise InputError(f"{info.source}: is no PDF, so its pages cannot be drawn")
    path = Path(on_disk(info.path))
    try:
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == catalogue.sha256(info.source_id)
        if not same:
            raise InputError(f"{info.source}: the file has changed since it was indexed; index it again")
        # Imported when a page is drawn: asking needs neither.
        from components.converters.pdf.reader import decode_boxes
        from components.converters.pdf.render import page_picture

        return page_picture(path, page, decode_boxes(found.boxes), start, end, width)
    except (OSError, LoadingError) as error:
        reason = error.reason if isinstance(error, LoadingError) else f"its file cannot be read ({error.strerror})"
        raise InputError(f"{info.source}: {reason}") from error


def _text(catalogue: Catalogue, info: SourceInfo) -> SourceText:
    found = catalogue.text(info.source_id)
    if found is None:
        raise UnknownSource(f"no source is called {info.source!r} any more")
    return found


def find_source(sources: VisibleSources, name: str) -> SourceInfo:
    """The source with this name, path or id.

    Raises:
        UnknownSource: there is none that the caller may know of.
        InputError: it means several, such as one by its name and another one by its id.
    """
    found = sources.find(name)
    if not found:
        raise unknown_source(name, sources.names_near(name))
    if len(found) > 1:
        meant = ", ".join(f"{info.path} (id {info.source_id})" for info in found)
        raise InputError(f"{len(found)} sources are called {name!r}: {meant}; give the path of the one that is meant")
    return found[0]


def source_of(sources: VisibleSources, source_id: str) -> SourceInfo:
    """The source with this id; what others are called does not matter.

    Raises:
        UnknownSource: there is none that the caller may know of.
    """
    found = sources.source(source_id)
    if found is None:
        raise UnknownSource(f"no source has the id {source_id[:200]!r}")
    return found


def unknown_source(name: str, names: Sequence[str]) -> UnknownSource:
    """The error that names what comes close."""
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(close)}?" if close else "`quaere sources list` shows all"
    return UnknownSource(f"no source is called {name[:200]!r}; {hint}")


def is_for(owners: Sequence[str] | None, groups: Sequence[str] | None) -> bool:
    """Whether what is for these groups (None: for whoever sees what it stands in) is for a caller of those."""
    return owners is None or groups is None or not {PUBLIC_GROUP, *groups}.isdisjoint(owners)
