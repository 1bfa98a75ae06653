"""The service's own database: where it is, and the steps that make its tables."""

from pathlib import Path

from components.stores.database.connection import Database
from components.stores.database.upgrading import Steps
from pipelines.settings import Settings

DATABASE_FILE = "service.sqlite"
"""Name of the database in the data folder."""

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
