"""The service's own database: where it is, and the steps that make its tables."""

from pathlib import Path
from typing import Self

from components.errors import StoreError
from components.stores.database.connection import Database
from components.stores.database.upgrading import Steps
from components.writing import write_whole
from pipelines.settings import Settings

DATABASE_FILE = "service.sqlite"
"""Name of the database in the data folder."""

_MADE = ".made"
"""Ending of the file beside it that says that there is one, so that a lost database is not taken for a new folder's."""

STEPS = Steps("the service's database", Path(__file__).parent / "migrations", "alembic_version")


def database_location(settings: Settings) -> Path | str:
    """Where the service's database is: a file in the data folder, or the database that processes share."""
    url = settings.database.url
    return settings.data / DATABASE_FILE if url is None else url.get_secret_value()


class ServiceDatabase(Database):
    """Keys, sessions and what else outlives a restart; safe to use from several threads and processes.

    Args:
        location: a data folder's ``service.sqlite``, made at the first opening, or a SQLAlchemy URL.
    """

    def __init__(self, location: Path | str) -> None:
        super().__init__(location, STEPS)

    def open(self) -> Self:
        """See :meth:`Database.open`.

        Raises:
            StoreError: see there; also if the file was there and is gone, and with it all keys.
        """
        if isinstance(self.location, str) or self._engine is not None:
            return super().open()
        if is_lost(self.location):
            raise StoreError(
                f"{self.location}: {STEPS.what} is gone, and with it all keys, jobs and feedback; restore a backup "
                f"with `quaere restore FILE`, or delete {_made(self.location).name} beside it to begin without them"
            )
        opened = super().open()
        if not _made(self.location).exists():
            write_whole(_made(self.location), "", private=True)
        return opened


def is_lost(file: Path) -> bool:
    """Whether a database was made here and is there no more."""
    return _made(file).exists() and not (file.exists() and file.stat().st_size)


def _made(file: Path) -> Path:
    return file.with_name(file.name + _MADE)
