"""A database that is open: brought up to date at its opening, and used in short transactions.

A file in the data folder, or a SQLAlchemy URL that several processes share. Knows no table.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from components.errors import StoreError
from components.stores.database.addresses import shown
from components.stores.database.engines import WRITES, connect, is_shared
from components.stores.database.explaining import explain
from components.stores.database.shared_locks import SharedLocks
from components.stores.database.upgrading import Steps, upgrade

_IDS_PER_STATEMENT = 500


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Values in parts, as databases limit the number of bound values in one statement."""
    for start in range(0, len(values), _IDS_PER_STATEMENT):
        yield values[start : start + _IDS_PER_STATEMENT]


class Database:
    """Opens transactions on one database; safe to use from several threads.

    Args:
        location: a file, made at the first opening, or a SQLAlchemy URL.
        steps: make its tables.
    """

    def __init__(self, location: Path | str, steps: Steps) -> None:
        self.location = location
        self.steps = steps
        self._engine: Engine | None = None

    @property
    def name(self) -> str:
        """The database, for messages; a password is not shown."""
        return str(self.location) if isinstance(self.location, Path) else shown(make_url(self.location))

    @property
    def engine(self) -> Engine:
        """The open database.

        Raises:
            StoreError: it is closed.
        """
        if self._engine is None:
            raise StoreError(f"{self.name}: {self.steps.what} is closed; open it first")
        return self._engine

    def open(self) -> Self:
        """Connect, and take the steps that its tables lack; a second call is free.

        Raises:
            StoreError: the database is damaged, not writable or was written by a newer Quaere.
        """
        if self._engine is None:
            self._engine = connect(self.location)
            try:
                with self.reported():
                    upgrade(self._engine, self.steps, self.name, self.will_write)
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

    def will_write(self) -> None:
        """Called before every change, for whoever has to do something first."""

    def locks(self) -> SharedLocks | None:
        """Locks that processes share over this database; None where it is a file."""
        return SharedLocks(self.engine, self.name) if is_shared(self.engine) else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database.

        Raises:
            StoreError: the database is closed, or cannot be read.
        """
        engine = self.engine
        if is_shared(engine):
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with self.reported(), Session(engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together at its end, or not at all.

        Raises:
            StoreError: the database is closed, or cannot be read or written.
        """
        self.will_write()
        engine = self.engine.execution_options(**{WRITES: True})
        with self.reported(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reported(self) -> Iterator[None]:
        """Turn the database's errors into ours."""
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(explain(self.name, error, self.steps.what)) from error
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise StoreError(
                f"{self.name}: {self.steps.what} is damaged ({error}); restore a backup with `quaere restore FILE`, or "
                "move the data folder away and index the documents again"
            ) from error
