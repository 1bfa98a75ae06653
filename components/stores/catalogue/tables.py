"""The catalogue's tables, the connection to their database, and its errors in plain words.

Portable SQL only, except for what SQLite or PostgreSQL needs to be told.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, URL, BigInteger, Index, LargeBinary, Text, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from components.errors import ConfigurationError, StoreError
from components.stores.catalogue.addresses import postgresql_url
from components.stores.catalogue.records import SourceInfo

_BUSY_SECONDS = 10.0

_PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "quaere",
}
"""How a new PostgreSQL connection is watched, in seconds; the URL's own parameters beat them."""

# Sorted by code points, as SQLite and Python do, whatever language the database was made for.
_NAME = Text().with_variant(Text(collation="C"), "postgresql")


class Table(DeclarativeBase):
    """What all tables share: the list of them."""


class Source(Table):
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


class Override(Table):
    """Fields that hold above all others whenever a source is indexed; they outlive the source."""

    __tablename__ = "overrides"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)


class TextRow(Table):
    """The text of a version; two of a source while one replaces the other."""

    __tablename__ = "texts"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    boxes: Mapped[bytes | None] = mapped_column(LargeBinary)


class ChecksumRow(Table):
    """What the parts of a version of a source were when they were written; of versions before 0.2 there are none."""

    __tablename__ = "checksums"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    facts: Mapped[str]
    passages: Mapped[str]


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
        ConfigurationError: the URL cannot be used, or its driver is not installed.
    """
    if isinstance(location, Path):
        if not location.parent.is_dir():
            raise StoreError(f"{location}: there is no folder {location.parent} to keep the catalogue in; create it")
        # SQLite gives the files beside it the modes that it has itself.
        with suppress(OSError):  # which SQLite reports in its own words
            location.touch(0o600)
        url = URL.create("sqlite", database=str(location))
    elif location.startswith("sqlite"):
        url = make_url(location)
    else:
        return _connect_postgresql(postgresql_url(location))
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # Readers go on while one writer writes; FULL, because the store relies on the journal after a power cut.
    connection.execute("PRAGMA journal_mode=WAL").close()
    connection.execute("PRAGMA synchronous=FULL").close()


def _connect_postgresql(url: URL) -> Engine:
    arguments = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    try:
        # A connection that a restart of the server has cut is noticed, and replaced, before it is used.
        engine = create_engine(url, connect_args=arguments, pool_pre_ping=True, hide_parameters=True)
    except ImportError as error:
        raise ConfigurationError(
            f"database.url needs the driver of PostgreSQL, which is not installed ({error}); install Quaere with its "
            "extra `postgres`, for example `pip install -c constraints.txt -e '.[postgres]'`"
        ) from error
    event.listen(engine, "before_cursor_execute", _without_nul, retval=True)
    return engine


def _without_nul(
    connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    """PostgreSQL's text cannot hold NUL; the texts of documents have none, but people may type one."""
    rows = parameters if executemany else [parameters]
    if any(isinstance(value, str) and "\0" in value for row in rows for value in row.values()):
        rows = [
            {name: value.replace("\0", "\ufffd") if isinstance(value, str) else value for name, value in row.items()}
            for row in rows
        ]
    return statement, rows if executemany else rows[0]


_DAMAGED = ("malformed", "not a database", "no such table", "no such column")


def explain(name: str, error: SQLAlchemyError, what: str = "the catalogue") -> str:
    """What happened to the database and what to do, from the driver's words; ``what`` it is, with its article."""
    said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    if name.startswith("postgresql"):
        return _explain_postgresql(name, said, what, getattr(getattr(error, "orig", None), "sqlstate", None))
    lower = said.lower()
    if any(sign in lower for sign in _DAMAGED):
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


def _explain_postgresql(name: str, said: str, what: str, state: str | None) -> str:
    for states, signs, advice in _ADVICE:
        if state in states or signs.search(said):
            return f"{name}: {what} {advice} ({said})"
    return f"{name}: {what} could not be read or written ({said})"


def _said(signs: str) -> re.Pattern[str]:
    return re.compile(signs, re.IGNORECASE)


# SQLSTATEs and, since a failed connection has none, words of the server or its driver; what to say then.
_ADVICE = (
    (
        ("28P01", "28000"),
        _said(r'password authentication failed|no password supplied|no pg_hba\.conf entry|role "[^"]*" does not exist'),
        "cannot be opened, since PostgreSQL refuses the user; correct user and password in QUAERE_DATABASE__URL",
    ),
    (
        ("3D000",),
        _said(r'database "[^"]*" does not exist'),
        "cannot be opened, since there is no such database; make it with `createdb`, or correct QUAERE_DATABASE__URL",
    ),
    (
        ("42501", "25006"),
        _said("permission denied"),
        "cannot be written; make the user the owner of the database, and let QUAERE_DATABASE__URL name the primary",
    ),
    (("53300",), _said("too many clients|remaining connection slots"), "is busy; raise PostgreSQL's max_connections"),
    (("53100",), _said("no space left"), "could not be written; free space on PostgreSQL's disk and try again"),
    (("55P03", "40P01"), _said("lock timeout"), "is held by another process; try again"),
    (
        ("57P01", "57P02", "57P03", "08006", "08003"),
        _said("closed the connection|connection is (lost|closed)|starting up|shutting down|terminating connection"),
        "was cut off, since PostgreSQL stops or starts; what was kept is safe, try again when it runs",
    ),
    (
        ("08001", "08004"),
        _said("connection failed|connection timeout|could not translate|failed to resolve|timeout expired"),
        "cannot be reached; check that PostgreSQL runs and that QUAERE_DATABASE__URL names its host and port",
    ),
)
