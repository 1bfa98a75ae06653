"""Locks that processes on different machines share through a PostgreSQL database.

PostgreSQL drops them when their holder ends or loses its connection, so that none outlives its process for more than
a minute, the time after which a machine that fell silent is given up.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from components.errors import StoreError
from components.stores.database.explaining import explain

# The schema is a part of the name: two installations may share a database in schemas of their own.
_KEY = "hashtextextended('quaere ' || current_schema() || ' ' || :name, 0)"
_TAKE = text(f"SELECT pg_try_advisory_lock({_KEY})")
_GIVE_BACK = text(f"SELECT pg_advisory_unlock({_KEY})")
_TAKE_FOR_TRANSACTION = text(f"SELECT pg_advisory_xact_lock({_KEY})")
_PATIENCE = text("SELECT set_config('lock_timeout', :time, true)")
_GIVE_UP_THE_SILENT = text(
    "SELECT set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)
_BUSY = "10s"


def lock_for_transaction(connection: Connection, name: str, *, patience: str = _BUSY) -> None:
    """Hold a lock until the transaction of a connection ends; a database that is no PostgreSQL has its own way.

    Args:
        connection: in a transaction.
        name: of the lock.
        patience: for how long to wait for it, as PostgreSQL writes a time.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_PATIENCE, {"time": patience})
        connection.execute(_TAKE_FOR_TRANSACTION, {"name": name})


class SharedLocks:
    """Locks by name, held by this object until it gives them back; safe to use from several threads.

    Has a connection of its own. Where that is lost, so are the locks; the next call takes those again that are free.

    Args:
        engine: of a PostgreSQL database.
        name: of the database, for messages.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: Connection | None = None
        self._held: set[str] = set()
        self._using = threading.RLock()

    def take(self, name: str) -> bool:
        """Take a lock, or return False at once where another process, or another of these objects, has it.

        Raises:
            StoreError: the database cannot be reached.
        """
        with self._using, self._reported():
            connection = self._connected()
            if name not in self._held and connection.execute(_TAKE, {"name": name}).scalar_one():
                self._held.add(name)
            return name in self._held

    def give_back(self, name: str) -> None:
        """Let go of a lock; one that is not held, or was lost with the connection, does nothing."""
        with self._using:
            if name in self._held and self._connection is not None:
                with suppress(SQLAlchemyError):
                    self._connection.execute(_GIVE_BACK, {"name": name})
            self._held.discard(name)

    @contextmanager
    def briefly(self, name: str) -> Iterator[None]:
        """Hold a lock for a moment, waiting for others that do.

        Raises:
            StoreError: the database cannot be reached, or another process does not let go.
        """
        with self._using, self._reported(), self._engine.begin() as connection:
            lock_for_transaction(connection, name)
            yield

    def close(self) -> None:
        """Let go of all; a second call is free."""
        with self._using:
            self._drop()
            self._held.clear()

    def _connected(self) -> Connection:
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
                return self._connection
            except DBAPIError:
                self._drop()
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(_GIVE_UP_THE_SILENT)
        self._connection = connection
        self._held = {name for name in self._held if connection.execute(_TAKE, {"name": name}).scalar_one()}
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            # Not back to the pool: the locks belong to the connection and would live on with it.
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
            with suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(explain(self._name, error, "the shared database")) from error
