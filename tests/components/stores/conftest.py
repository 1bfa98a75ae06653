"""Empty stores of both engines, with Haystack's 768 dimensions."""

from collections.abc import Iterator

import pytest

from components.stores.documents import QuaereDocumentStore
from components.stores.filters import EVERYTHING


@pytest.fixture(scope="session", params=["edge", "server"])
def store_of_the_session(request, tmp_path_factory) -> Iterator[QuaereDocumentStore]:
    """One store for each engine: to make an index takes longer than most tests."""
    if request.param == "edge":
        store = QuaereDocumentStore(str(tmp_path_factory.mktemp("store")), dimension=768)
    else:
        store = QuaereDocumentStore(engine="server", url=":memory:", dimension=768)
    yield store
    store.close()


@pytest.fixture
def document_store(store_of_the_session) -> QuaereDocumentStore:
    # Of all groups, staged ones too.
    engine = store_of_the_session._opened.get()
    engine.delete([hit.id for hit in engine.scroll(EVERYTHING, ["id"])])
    return store_of_the_session
