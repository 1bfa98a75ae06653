"""The catalogue's database: sealed while it is closed, and changed by one process at a time.

Knows no table but the manifest, where several processes that share a database note whose turn it is to change it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from sqlalchemy.orm import Session

from components.errors import StoreError
from components.stores.catalogue.tables import ManifestRow
from components.stores.database.connection import Database
from components.stores.database.shared_locks import lock_for_transaction
from components.stores.database.upgrading import Steps
from components.stores.seal import Seal

STEPS = Steps("the catalogue", Path(__file__).parent / "migrations", "catalogue_version")

WRITER = "writer"
"""Entry of the manifest: whose turn it is, and a token that nobody else has."""

SEAL = ".seal"
"""Ending of the name of a database's seal."""

_WRITING = "writing"
_REPAIR = "Restore a backup with `quaere restore FILE`, or move the data folder away and index the documents again."


def catalogue_seal(file: Path) -> Seal:
    """The seal of a catalogue: the checksum of its file since it was closed."""
    return Seal(file.with_name(f"{file.name}{SEAL}"), file.parent, _REPAIR)


class CatalogueDatabase(Database):
    """Opens transactions on the catalogue; safe to use from several threads.

    Args:
        location: a file, made at the first opening, or a SQLAlchemy URL.
    """

    def __init__(self, location: Path | str) -> None:
        super().__init__(location, STEPS)
        self.token: str | None = None
        """While this process has its turn: what the manifest has to hold for it to go on."""
        self._seal = catalogue_seal(location) if isinstance(location, Path) else None

    def open(self) -> Self:
        """As any database; a file that is missing or cut off since it was closed is refused."""
        if self._seal is not None and self._engine is None:
            try:
                self._seal.check_sizes()
            except OSError as error:
                raise StoreError(
                    f"{self.name}: cannot be read ({error}); give this user read and write permission on its folder"
                ) from error
        return super().open()

    def close(self) -> None:
        """Let go of the database, and seal its file; a second call is free."""
        was_open = self._engine is not None
        super().close()
        if was_open:
            self._write_seal()

    def will_write(self) -> None:
        """The seal holds no longer."""
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

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together at its end, or not at all; one at a time among all processes.

        Raises:
            StoreError: the turn of this process was given to another one meanwhile.
        """
        with super().writing() as session:
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
        note = session.get(ManifestRow, WRITER)
        if note is None or note.value["token"] != self.token:
            holder = "nobody" if note is None else note.value["holder"]
            raise StoreError(
                f"{self.name}: this process lost its connection while it changed the index, which {holder} "
                "changes now; what was committed is kept, run the command again"
            )
