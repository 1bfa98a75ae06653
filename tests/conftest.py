"""What every test may use: converted models in a cache of the checkout, tiny real models, and keys of a service."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import components  # noqa: F401  (before any test imports Haystack: switches off its usage reports)
from service.database.connection import DATABASE_FILE, ServiceDatabase
from service.keys import KeyRing

pytest_plugins = ["tests.programs.needs"]

ROOT = Path(__file__).resolve().parent.parent
# Child processes of the tests find the cache through the environment, as a user's processes would.
os.environ["QUAERE_CACHE"] = str(ROOT / ".pytest_cache" / "quaere-models")
# They write UTF-8, as the tests read it, whatever the locale of the machine.
os.environ["PYTHONIOENCODING"] = "utf-8"


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("QUAERE_") and name != "QUAERE_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of one-layer models with random weights: embedder, ranker, reader, joint."""
    from tests.tiny_models import build_tiny_models

    return build_tiny_models(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyRing]:
    """In a database of their own, to be made by a test."""
    with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
        yield KeyRing(database)
