"""Keys of a service, for the tests of all that is served."""

from collections.abc import Iterator

import pytest

from tests.ui.rings import key_ring
from ui.keys import KeyRing


@pytest.fixture(scope="session")
def no_keys() -> Iterator[KeyRing]:
    """Of a service without any; no test makes one."""
    with key_ring() as keys:
        yield keys


@pytest.fixture
def keys() -> Iterator[KeyRing]:
    """Of a service, to be made by a test."""
    with key_ring() as keys:
        yield keys
