"""Stores of both engines, empty, with Haystack's 768 dimensions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.store.document_store import QuaereDocumentStore


def make_store(engine: str, folder: Path, **settings) -> QuaereDocumentStore:
    settings.setdefault("dimension", 768)
    if engine == "edge":
        return QuaereDocumentStore(str(folder / "store"), **settings)
    return QuaereDocumentStore(engine="server", url=":memory:", **settings)


@pytest.fixture(params=["edge", "server"])
def document_store(request, tmp_path) -> Iterator[QuaereDocumentStore]:
    store = make_store(request.param, tmp_path)
    yield store
    store.close()
