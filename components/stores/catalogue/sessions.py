"""Short transactions on a catalogue's database, and its errors in plain words.

Knows no table but the manifest, where several processes that share a database note whose turn it is to change it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from components.errors import StoreError
from components.stores.catalogue.addresses import shown
from components.stores.catalogue.shared_locks import SharedLocks, lock_for_transaction
from components.stores.catalogue.tables import Manifest, connect, explain
from components.stores.seal import Seal

WRITER = "writer"
"""Entry of the manifest: whose turn it is, and a token that nobody else has."""

SEAL = ".seal"
"""Ending of the name of a database's seal."""

_WRITING = "writing"
_REPAIR = "Restore a backup with `quaere restore FILE`, or move the data folder away and index the documents again."


def catalogue_seal(file: Path) -> Seal:
    """The seal of a catalogue: the checksum of its file since it was closed."""
    return Seal(file.with_name(f"{file.name}{SEAL}"), file.parent, _REPAIR)


class Sessions:
    """Opens sessions on one database; safe to use from several threads.

    Args:
        location: a file, made at the first opening, or a SQLAlchemy URL.
    """

    def __init__(self, location: Path | str) -> None:
        self.location = location
        self.token: str | None = None
        """While this process has its turn: what the manifest has to hold for it to go on."""
        self._engine: Engine | None = None
        self._seal = catalogue_seal(location) if isinstance(location, Path) else None

    @property
    def name(self) -> str:
        """The database, for messages; a password is not shown."""
        return str(self.location) if isinstance(self.location, Path) else shown(make_url(self.location))

    @property
    def is_open(self) -> bool:
        """Whether it has been opened."""
        return self._engine is not None

    @property
    def engine(self) -> Engine:
        """The open database.

        Raises:
            StoreError: it is closed.
        """
        if self._engine is None:
            raise StoreError(f"{self.name}: the catalogue is closed; open it first")
        return self._engine

    def open(self) -> None:
        """Prepare connections; none is made yet.

        Raises:
            StoreError: the file is missing or cut off since it was closed.
        """
        if self._seal is not None:
            try:
                self._seal.check_sizes()
            except OSError as error:
                raise StoreError(
                    f"{self.name}: cannot be read ({error}); give this user read and write permission on its folder"
                ) from error
        self._engine = connect(self.location)

    def close(self) -> None:
        """Let go of the database; a second call is free."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
            self._write_seal()

    def will_write(self) -> None:
        """Say that the database is about to change, so that its seal holds no longer."""
        if self._seal is not None:
            self._seal.break_()

    def _write_seal(self) -> None:
        """Seal the file, unless another connection is open, or was cut off, and left changes beside it."""
        if self._seal is None or self._seal.exists or not isinstance(self.location, Path):
            return
        beside = self.location.with_name(f"{self.location.name}-wal")
        # Without a seal, for want of space say, damage is found less surely, and that is all.
        with suppress(OSError):
            if not beside.exists() and self.location.stat().st_size:
                self._seal.write([self.location])

    def locks(self) -> SharedLocks | None:
        """Locks that processes share over this database; None where it is a file, which one process holds."""
        return SharedLocks(self.engine, self.name) if self.engine.dialect.name == "postgresql" else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database."""
        engine = self.engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with self.reported(), Session(engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together at its end, or not at all; one at a time among all processes.

        Raises:
            StoreError: the turn of this process was given to another one meanwhile.
        """
        self.will_write()
        with self.reported(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            # What is read from here on is what all others have written, so that no change is lost.
            lock_for_transaction(session.connection(), _WRITING)
            self.check_turn(session)
            yield session

    def check_turn(self, session: Session) -> None:
        """Refuse to go on where this process had its turn and another one has taken it.

        Raises:
            StoreError: it has lost its connection, and with it its turn.
        """
        if self.token is None:
            return
        note = session.get(Manifest, WRITER)
        if note is None or note.value["token"] != self.token:
            holder = "nobody" if note is None else note.value["holder"]
            raise StoreError(
                f"{self.name}: this process lost its connection while it changed the index, which {holder} "
                "changes now; what was committed is kept, run the command again"
            )

    @contextmanager
    def reported(self) -> Iterator[None]:
        """Turn the database's errors into ours."""
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(explain(self.name, error)) from error
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.name}: the catalogue is damaged ({error}). {_REPAIR}") from error
