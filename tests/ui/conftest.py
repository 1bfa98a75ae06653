"""Keys of a service, for the tests of all that is served."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.database.connection import DATABASE_FILE, ServiceDatabase
from service.keys import KeyRing


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyRing]:
    """In a database of their own, to be made by a test."""
    with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
        yield KeyRing(database)
