"""The frozen records that go into the catalogue and come out of it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from components.types import Finding

Phase = Literal["staging", "committing", "removing"]
"""How far a journalled change is."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One indexed source, as it is listed."""

    source: str
    """The name under which the user gave it."""
    source_id: str
    path: str
    """Absolute path of the file."""
    format: str
    title: str | None
    language: str
    groups: tuple[str, ...]
    passages: int
    bytes: int
    version: str
    indexed_at: str
    """UTC, ISO 8601."""
    updated_at: str | None
    """The document's own date, UTC, ISO 8601."""
    tags: tuple[str, ...] = ()
    url: str | None = None
    """Where readers find it."""
    uploaded_at: str | None = None
    """When it was sent to the service, UTC, ISO 8601; None where it was not."""
    pages: int | None = None
    """Of a PDF; None where the format has none, or it was indexed before they were counted."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What the file looked like when it was last compared with the index."""

    bytes: int
    mtime_ns: int
    checked_ns: int
    """Wall-clock time at which the file was hashed."""
    sha256: str
    """Of the file's bytes, in hexadecimal."""
    given: str
    """Hash of the metadata that did not come from the file itself."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """The extracted text of one version of a source, with all that splitting it again needs."""

    source_id: str
    version: str
    text: str
    blocks: tuple[dict[str, Any], ...]
    meta: dict[str, Any]
    boxes: bytes | None = None


@dataclass(frozen=True, slots=True)
class PassageGroup:
    """Passages of a source that the same groups may see."""

    groups: tuple[str, ...]
    """Sorted."""
    fields: tuple[str, ...]
    """Names of the metadata fields that any of them has, sorted."""
    passages: int
    words: tuple[str, ...] = ()
    """That stand in them, see :mod:`components.query.vocabulary`."""
    acronyms: tuple[tuple[str, str], ...] = ()
    """Of which they say what they stand for."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Everything the catalogue keeps of one version of a source."""

    info: SourceInfo
    state: FileState
    text: SourceText
    languages: tuple[str, ...] = ()
    """Languages of its passages."""
    replaces: str = ""
    """Id of the source that goes together with the coming of this one; empty for none."""
    override: dict[str, Any] | None = None
    """Fields to keep for all later times; None leaves what is kept, an empty one forgets it."""
    caller_meta: dict[str, Any] = field(default_factory=dict)
    """Fields that whoever indexed it gave for all files of the run."""
    passage_groups: tuple[PassageGroup, ...] | None = None
    """Its passages by who may see them; None where that is not known, and the index has to be asked."""
    findings: tuple[Finding, ...] | None = None
    """What did not read well; None where nobody has looked."""


@dataclass(frozen=True, slots=True)
class Checksums:
    """What the parts of a version of a source were when they were written, in hexadecimal."""

    text: str
    facts: str
    passages: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A change that was begun and not finished."""

    source_id: str
    version: str
    phase: Phase


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild of the index made of one source."""

    version: str
    passages: int
    languages: tuple[str, ...]
    checksum: str = ""
    """Of its passages; empty where it is not known."""
    passage_groups: tuple[PassageGroup, ...] | None = None
    """As those of a record."""
