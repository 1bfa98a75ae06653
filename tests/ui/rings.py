"""The keys of a service, for as long as a test needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ui.database.connection import DATABASE_FILE, ServiceDatabase
from ui.keys import KeyRing


@contextmanager
def key_ring() -> Iterator[KeyRing]:
    """A service without keys, in a database of its own."""
    with TemporaryDirectory() as folder, ServiceDatabase(Path(folder) / DATABASE_FILE) as database:
        yield KeyRing(database)
