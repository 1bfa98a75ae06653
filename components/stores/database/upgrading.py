"""Alembic's steps over a database: all that it lacks are taken in one transaction, or none.

A database that lacks none is opened without Alembic, which takes longer to import than to look.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import Engine

from components.errors import StoreError
from components.stores.database.engines import WRITES
from components.stores.database.shared_locks import lock_for_transaction

_ENTRY = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that make the tables of a database."""

    what: str
    """The database, with its article, for messages."""
    folder: Path
    """Holds a file for each, ``v0001_*.py`` being the first, with "0001" as its revision."""
    table: str
    """Says how far a database is."""

    @property
    def revisions(self) -> list[str]:
        """All of them, the last one at the end."""
        return sorted(path.name[1:5] for path in self.folder.glob("v*.py"))


def upgrade(engine: Engine, steps: Steps, name: str, before: Callable[[], None]) -> None:
    """Take the steps that a database lacks.

    Args:
        engine: of the database.
        steps: all that there are.
        name: of the database, for messages.
        before: called before anything is changed.

    Raises:
        StoreError: a newer Quaere wrote it.
    """
    with engine.begin() as connection:
        if _is_up_to_date(connection, steps, name):
            return
    before()
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        # Of two processes that start at once, the second finds that all is done.
        lock_for_transaction(connection, "making tables", patience="60s")
        if not _is_up_to_date(connection, steps, name):
            _run(connection, steps)


def _is_up_to_date(connection: Connection, steps: Steps, name: str) -> bool:
    if not inspect(connection).has_table(steps.table):
        return False
    found = connection.scalar(text(f"SELECT version_num FROM {steps.table}"))
    latest = steps.revisions[-1]
    if found is not None and found not in steps.revisions:
        raise StoreError(
            f"{name}: {steps.what} has version {found}, this version of Quaere reads up to {latest}; use the newer "
            "Quaere that wrote it, or another data folder"
        )
    return bool(found == latest)


def _run(connection: Connection, steps: Steps) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    for option, folder in (("script_location", _ENTRY), ("version_locations", steps.folder)):
        config.set_main_option(option, str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, version_table=steps.table)
    command.upgrade(config, "head")
