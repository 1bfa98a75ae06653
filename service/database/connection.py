"""The service's own database: opened, brought up to date, and used in short transactions.

Knows no table. A file in the data folder, or a SQLAlchemy URL that several processes share.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Self

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from components.errors import StoreError
from components.stores.catalogue.addresses import shown
from components.stores.catalogue.shared_locks import SharedLocks, lock_for_transaction
from components.stores.catalogue.tables import connect, explain
from pipelines.settings import Settings

DATABASE_FILE = "service.sqlite"
"""Name of the database in the data folder."""

_MIGRATIONS = Path(__file__).parent / "migrations"


def database_location(settings: Settings) -> Path | str:
    """Where the service's database is: a file in the data folder, or the database that processes share."""
    url = settings.database.url
    return settings.data / DATABASE_FILE if url is None else url.get_secret_value()


class ServiceDatabase:
    """Keys, sessions and what else outlives a restart; safe to use from several threads and processes.

    Args:
        location: a data folder's ``service.sqlite``, made at the first opening, or a SQLAlchemy URL.
    """

    def __init__(self, location: Path | str) -> None:
        self.location = location
        self._engine: Engine | None = None

    def open(self) -> Self:
        """Connect, and take the steps that its tables lack; a second call is free.

        Raises:
            StoreError: the database is damaged, not writable or was written by a newer Quaere.
        """
        if self._engine is not None:
            return self
        self._engine = connect(self.location)
        # SQLite would let two processes begin the same step; PostgreSQL has its own lock, see below.
        lock = FileLock(f"{self.location}.lock", mode=0o600) if isinstance(self.location, Path) else nullcontext()
        try:
            with lock:
                self._upgrade(self._engine)
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Let go of the database; a second call is free."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are kept together at its end, or not at all.

        Raises:
            StoreError: the database is closed, or cannot be read or written.
        """
        engine = self._opened()
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            raise StoreError(explain(self._name, error, "the service's database")) from error

    def locks(self) -> SharedLocks | None:
        """Locks that processes share over this database; None where it is a file.

        Raises:
            StoreError: the database is closed.
        """
        engine = self._opened()
        return SharedLocks(engine, self._name) if engine.dialect.name == "postgresql" else None

    def _opened(self) -> Engine:
        if self._engine is None:
            raise StoreError(f"{self._name}: the service's database is closed; open it first")
        return self._engine

    @property
    def _name(self) -> str:
        location = self.location
        return str(location) if isinstance(location, Path) else shown(location)

    def _upgrade(self, engine: Engine) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        steps = ScriptDirectory.from_config(config)
        try:
            with engine.begin() as connection:
                lock_for_transaction(connection, "making tables", patience="60s")
                found = MigrationContext.configure(connection).get_current_revision()
                known = {step.revision for step in steps.walk_revisions()}
                if found is not None and found not in known:
                    raise StoreError(
                        f"{self._name}: the service's database has version {found}, this version of Quaere reads up to "
                        f"{steps.get_current_head()}; use the newer Quaere that wrote it"
                    )
                if found != steps.get_current_head():
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
        except SQLAlchemyError as error:
            raise StoreError(explain(self._name, error, "the service's database")) from error
