"""Engines for SQLite and PostgreSQL: how each is told to keep what was committed, and to wait for others."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import Connection, Engine, make_url

from components.errors import ConfigurationError, StoreError
from components.stores.database.addresses import postgresql_url

WRITES = "quaere_writes"
"""Execution option: whether a transaction may change something, which SQLite has to know when it begins."""

_BUSY_SECONDS = 10.0

_PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "quaere",
}
"""How a new PostgreSQL connection is watched, in seconds; the URL's own parameters beat them."""


def connect(location: Path | str) -> Engine:
    """An engine for a file or a SQLAlchemy URL; nothing is opened yet.

    Raises:
        StoreError: the file's folder does not exist.
        ConfigurationError: the URL cannot be used, or its driver is not installed.
    """
    if isinstance(location, Path):
        if not location.parent.is_dir():
            raise StoreError(f"{location}: there is no folder {location.parent} to keep it in; create it")
        # SQLite gives the files beside it the modes that it has itself.
        with suppress(OSError):  # which SQLite reports in its own words
            location.touch(0o600)
        return _connect_sqlite(URL.create("sqlite", database=str(location)))
    return _connect_sqlite(make_url(location)) if location.startswith("sqlite") else _connect_postgresql(location)


def is_shared(engine: Engine) -> bool:
    """Whether processes on several machines can use the database at once."""
    return engine.dialect.name == "postgresql"


def _connect_sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # Python's driver would begin no transaction for a SELECT or a change of tables: _begin_sqlite begins all.
    connection.isolation_level = None
    # Readers go on while one writer writes; FULL, because the store relies on the journal after a power cut.
    connection.execute("PRAGMA journal_mode=WAL").close()
    connection.execute("PRAGMA synchronous=FULL").close()


def _begin_sqlite(connection: Connection) -> None:
    # Whoever reads first and writes later would be refused, not made to wait, if another one has written meanwhile.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _connect_postgresql(location: str) -> Engine:
    url = postgresql_url(location)
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
