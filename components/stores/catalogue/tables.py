"""The catalogue's tables; a change of them goes with a step in ``migrations``.

``sources`` and those beside it hold what was indexed. ``listing``, ``source_groups``, ``access_groups``, ``fields`` and
``source_tags`` say the same once more so that it can be looked up: who may see what, and under which names.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from components.stores.catalogue.records import SourceInfo

# Sorted by code points, as SQLite and Python do, whatever language the database was made for.
_NAME = Text().with_variant(Text(collation="C"), "postgresql")


class CatalogueTable(DeclarativeBase):
    """What all tables share: the list of them."""


class SourceRow(CatalogueTable):
    """The live version of a source."""

    __tablename__ = "sources"
    # PostgreSQL's usual index takes no value above 2.7 kB, and a path may have 4; only equality is asked for.
    __table_args__ = (
        Index("ix_sources_source", "source", postgresql_using="hash"),
        Index("ix_sources_path", "path", postgresql_using="hash"),
    )

    source_id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(_NAME)
    path: Mapped[str] = mapped_column(_NAME)
    format: Mapped[str]
    title: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(JSON)
    groups: Mapped[list[str]] = mapped_column(JSON)
    passages: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    checked_ns: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    given: Mapped[str]
    version: Mapped[str]
    indexed_at: Mapped[str]
    updated_at: Mapped[str | None]
    # Since format 2; a row that is older has none of them.
    tags: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    url: Mapped[str | None] = mapped_column(Text)
    uploaded_at: Mapped[str | None]
    pages: Mapped[int | None]
    caller_meta: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    def info(self) -> SourceInfo:
        """As it is listed."""
        values = {name: getattr(self, name) for name in SourceInfo.__slots__}
        tags = () if self.tags is None else tuple(self.tags)
        return SourceInfo(**values | {"groups": tuple(self.groups), "tags": tags})


class OverrideRow(CatalogueTable):
    """Fields that hold above all others whenever a source is indexed; they outlive the source."""

    __tablename__ = "overrides"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)


class TextRow(CatalogueTable):
    """The text of a version; two of a source while one replaces the other."""

    __tablename__ = "texts"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    boxes: Mapped[bytes | None] = mapped_column(LargeBinary)


class ChecksumRow(CatalogueTable):
    """What the parts of a version of a source were when they were written; of versions before 0.2 there are none."""

    __tablename__ = "checksums"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    facts: Mapped[str]
    passages: Mapped[str]


class JournalRow(CatalogueTable):
    """A change under way; at most one a source."""

    __tablename__ = "journal"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    phase: Mapped[str]
    row: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The row of ``sources`` that holds once the store has committed."""


class ManifestRow(CatalogueTable):
    """What is known of the index as a whole."""

    __tablename__ = "manifest"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


# What is looked up


class ListingRow(CatalogueTable):
    """A source as it is looked for; one that is not here, since an older Quaere indexed it, nobody sees by groups."""

    __tablename__ = "listing"
    __table_args__ = (
        Index("ix_listing_name", "name", "source_id", "set_id", "mixed"),
        Index("ix_listing_last_part", "last_part", "source_id", "set_id", "mixed"),
        Index("ix_listing_set_id", "set_id", "mixed", "language", "passages", "source_id"),
    )

    source_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(_NAME)
    """The beginning of its name: what PostgreSQL's index takes."""
    last_part: Mapped[str] = mapped_column(_NAME)
    """The beginning of the last part of its name, in lower case."""
    set_id: Mapped[str]
    """The groups that may see it."""
    mixed: Mapped[bool]
    """Whether its passages are not all for just these groups."""
    language: Mapped[str]
    passages: Mapped[int]
    folded_name: Mapped[str] = mapped_column(Text)
    folded_title: Mapped[str] = mapped_column(Text)


class SourceGroupsRow(CatalogueTable):
    """Passages of a source that are for the same groups, and have the same fields."""

    __tablename__ = "source_groups"
    __table_args__ = (
        Index("ix_source_groups_fields_id", "fields_id", "set_id"),
        Index("ix_source_groups_set_id", "set_id"),
    )

    source_id: Mapped[str] = mapped_column(primary_key=True)
    set_id: Mapped[str] = mapped_column(primary_key=True)
    fields_id: Mapped[str]
    passages: Mapped[int]


class AccessGroupRow(CatalogueTable):
    """A member of a set of groups; the set's id is made of its members' names."""

    __tablename__ = "access_groups"
    __table_args__ = (Index("ix_access_groups_set_id", "set_id"),)

    group_key: Mapped[str] = mapped_column(_NAME, primary_key=True)
    set_id: Mapped[str] = mapped_column(primary_key=True)


class FieldRow(CatalogueTable):
    """A member of a set of metadata fields; the set's id is made of its members' names."""

    __tablename__ = "fields"

    fields_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class TagRow(CatalogueTable):
    """A tag of a source."""

    __tablename__ = "source_tags"
    __table_args__ = (Index("ix_source_tags_source_id", "source_id"),)

    tag_key: Mapped[str] = mapped_column(_NAME, primary_key=True)
    source_id: Mapped[str] = mapped_column(primary_key=True)


class QualityRow(CatalogueTable):
    """How well a source was read; one without a row was indexed by an older Quaere and not looked at since."""

    __tablename__ = "quality"
    __table_args__ = (Index("ix_quality_found", "found", "source_id"),)

    source_id: Mapped[str] = mapped_column(primary_key=True)
    found: Mapped[int]
    """How many findings there are."""
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class UnreadRow(CatalogueTable):
    """A file that was given to be indexed, and could not be read."""

    __tablename__ = "unread"

    file_id: Mapped[str] = mapped_column(primary_key=True)
    """Made of its path, which PostgreSQL's index may not take."""
    path: Mapped[str] = mapped_column(_NAME)
    reason: Mapped[str] = mapped_column(Text)
    is_note: Mapped[bool]
    noticed_at: Mapped[str]


# The words of the documents


class SourceWordsRow(CatalogueTable):
    """What a source adds to the words and acronyms that a set of groups may see, so that it can be taken back."""

    __tablename__ = "source_words"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    set_id: Mapped[str] = mapped_column(primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class WordRow(CatalogueTable):
    """In how many sources a word stands in passages for a set of groups."""

    __tablename__ = "words"
    __table_args__ = (Index("ix_words_bucket", "bucket", "set_id", "sources", "word"),)

    word: Mapped[str] = mapped_column(_NAME, primary_key=True)
    set_id: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(_NAME)
    """Its first letter and its length."""
    sources: Mapped[int]


class AcronymRow(CatalogueTable):
    """In how many sources passages for a set of groups say what an acronym stands for."""

    __tablename__ = "acronyms"
    __table_args__ = (Index("ix_acronyms_long", "long", "set_id"),)

    short: Mapped[str] = mapped_column(_NAME, primary_key=True)
    long: Mapped[str] = mapped_column(_NAME, primary_key=True)
    """In lower case."""
    set_id: Mapped[str] = mapped_column(primary_key=True)
    sources: Mapped[int]
