"""A PostgreSQL for the whole session, an empty database for each test, and a stand-in for a Qdrant server."""

import uuid
from collections.abc import Iterator

import pytest

from components.models.conversion import convert
from pipelines.settings import Settings
from tests.deployment.postgresql import PostgreSQL
from tests.deployment.qdrant_stand_in import QdrantStandIn
from tests.programs.needs import POSTGRESQL


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    server = PostgreSQL(POSTGRESQL.get())
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def database(postgresql: PostgreSQL) -> str:
    """The name of an empty database; the server may have been stopped by the test before."""
    if not postgresql.runs:
        postgresql.start()
    name = f"quaere_{uuid.uuid4().hex[:8]}"
    postgresql.sql(f"CREATE DATABASE {name}")
    return name


@pytest.fixture
def qdrant() -> Iterator[tuple[QdrantStandIn, str]]:
    stand_in = QdrantStandIn()
    with stand_in.serving() as url:
        yield stand_in, url


@pytest.fixture(scope="session")
def converted_models(postgresql: PostgreSQL) -> None:
    """The models are there before several processes and threads want them at once; none where no server is."""
    settings = Settings.load({"models.precision": "fp32"})
    for name, role in (
        (settings.models.embedder, "embedder"),
        (settings.models.ranker, "ranker"),
        (settings.models.reader, "reader"),
    ):
        convert(name, role, "fp32")
