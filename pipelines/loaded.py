"""A file by what its source is known by, a changed one with its text, and what the catalogue keeps of it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from haystack import Document

from components.converters.quality import ReadText, findings_of
from components.names import printable
from components.preprocessors.dividing import PlannedPassage, estimate
from components.stores.catalogue.sources import FileState, SourceInfo, SourceRecord, SourceText
from components.stores.catalogue.tally import PassageTally
from components.versions import source_id_of


@dataclass(frozen=True, slots=True)
class Identity:
    """What a source is known by, wherever its file lies."""

    source: str
    """The name that answers give."""
    source_id: str
    uploaded_at: str | None = None
    """When it was sent to the service, UTC, ISO 8601."""
    replaces: str = ""
    """Id of the source that goes at the moment in which this one comes; empty for none."""
    override: Mapping[str, Any] | None = None
    """Above all others from now on, whenever it is indexed, instead of an earlier override; None leaves that."""
    allowed_groups: Sequence[str] | None = None
    """Those that the file itself may name as its readers, since its sender is in them; None for any."""

    @classmethod
    def of(cls, path: Path) -> Self:
        """That of an ordinary file: its path as it was given."""
        return cls(printable(path), source_id_of(path))


_OF_THE_FILE = frozenset({"boxes", "page_count"})
"""What is known of a file as a whole and of no passage."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A changed file with its text."""

    path: str
    """As it was given."""
    document: Document
    state: FileState
    identity: Identity
    caller_meta: Mapping[str, Any] = field(default_factory=dict)
    """Fields that whoever indexed it gave for all files of the run."""
    pieces: list[PlannedPassage] | None = None
    """Where its passages are; None where that is found when they are made."""

    @property
    def passages(self) -> float:
        """How many there are, or about."""
        return len(self.pieces) if self.pieces is not None else estimate(self.document.meta["blocks"])

    @property
    def key(self) -> tuple[str, str]:
        """Its source's id and version."""
        return self.document.meta["source_id"], self.document.meta["version"]

    def for_splitting(self) -> Document:
        """The document without what no passage carries, and with its passages in the place of its blocks if known."""
        meta = {name: value for name, value in self.document.meta.items() if name not in _OF_THE_FILE}
        return replace(self.document, meta=meta if self.pieces is None else meta | {"blocks": self.pieces})

    def record(self, tally: PassageTally) -> SourceRecord:
        """What the catalogue keeps.

        Args:
            tally: of its passages.
        """
        meta = self.document.meta
        source_id, version = self.key
        own = {name: value for name, value in meta.items() if name not in ("blocks", *_OF_THE_FILE)}
        info = SourceInfo(
            source=meta["source"],
            source_id=source_id,
            path=printable(os.path.abspath(self.path)),
            format=meta.get("format", ""),
            title=meta.get("title"),
            language=meta.get("language") or tally.languages.most_common(1)[0][0],
            groups=tuple(meta["groups"]),
            passages=tally.total,
            bytes=self.state.bytes,
            version=version,
            indexed_at=datetime.now(UTC).isoformat(timespec="seconds"),
            updated_at=meta.get("updated_at"),
            tags=tuple(meta.get("tags", ())),
            url=meta.get("url"),
            uploaded_at=self.identity.uploaded_at,
            pages=meta.get("page_count"),
        )
        text = SourceText(
            source_id=source_id,
            version=version,
            text=self.document.content or "",
            blocks=tuple(block.to_dict() for block in meta["blocks"]),
            meta=own,
            boxes=meta.get("boxes"),
        )
        return SourceRecord(
            info,
            self.state,
            text,
            tuple(sorted(tally.languages)),
            replaces=self.identity.replaces,
            override=None if self.identity.override is None else dict(self.identity.override),
            caller_meta=dict(self.caller_meta),
            passage_groups=tally.by_groups(),
            findings=findings_of(
                ReadText(
                    text.text, meta["blocks"], info.format, info.title, info.language, info.pages, self.state.bytes
                )
            ),
        )
