"""The catalogue's tables, the connection to their database, and its errors in plain words.

Portable SQL only, except for what a new SQLite connection is told.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import JSON, URL, BigInteger, LargeBinary, Text, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from components.errors import StoreError
from components.store.records import SourceInfo

_BUSY_SECONDS = 10.0


class Table(DeclarativeBase):
    """What all tables share: the list of them."""


class Source(Table):
    """The live version of a source."""

    __tablename__ = "sources"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text, index=True)
    path: Mapped[str] = mapped_column(Text, index=True)
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

    def info(self) -> SourceInfo:
        """As it is listed."""
        values = {name: getattr(self, name) for name in SourceInfo.__slots__}
        return SourceInfo(**values | {"groups": tuple(self.groups)})


class TextRow(Table):
    """The text of a version; two of a source while one replaces the other."""

    __tablename__ = "texts"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    boxes: Mapped[bytes | None] = mapped_column(LargeBinary)


class Journal(Table):
    """A change under way; at most one a source."""

    __tablename__ = "journal"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    phase: Mapped[str]
    row: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The row of ``sources`` that holds once the store has committed."""


class Manifest(Table):
    """What is known of the index as a whole."""

    __tablename__ = "manifest"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


def connect(location: Path | str) -> Engine:
    """An engine for a file or a SQLAlchemy URL; nothing is opened yet.

    Raises:
        StoreError: the file's folder does not exist.
    """
    if isinstance(location, Path):
        if not location.parent.is_dir():
            raise StoreError(f"{location}: there is no folder {location.parent} to keep the catalogue in; create it")
        url = URL.create("sqlite", database=str(location))
    else:
        url = make_url(location)
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # Readers go on while one writer writes; FULL, because the store relies on the journal after a power cut.
    connection.execute("PRAGMA journal_mode=WAL").close()
    connection.execute("PRAGMA synchronous=FULL").close()


def explain(name: str, error: SQLAlchemyError, what: str = "the catalogue") -> str:
    """What happened to the database and what to do, from the driver's words; ``what`` it is, with its article."""
    said = str(error.orig) if isinstance(error, DatabaseError) else str(error)
    lower = said.lower()
    if "malformed" in lower or "not a database" in lower:
        return (
            f"{name}: {what} is damaged ({said}); restore a backup with `quaere restore`, or move the data "
            "folder away and index the documents again"
        )
    if "readonly" in lower or "unable to open" in lower or "permission" in lower:
        return f"{name}: {what} cannot be written ({said}); give this user write permission on its folder"
    if "full" in lower or "disk i/o" in lower:
        return f"{name}: {what} could not be written ({said}); free space on that disk and try again"
    if "locked" in lower:
        return f"{name}: another process holds {what} ({said}); stop it and try again"
    return f"{name}: {what} could not be read or written ({said})"
