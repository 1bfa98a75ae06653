"""What a Qdrant server is asked for: the collection, its payload indexes, and how it is searched."""

import logging
from typing import Any

import pytest
from haystack.dataclasses import SparseEmbedding

from components.stores.documents import QuaereDocumentStore
from pipelines.settings import Settings
from tests.deployment.qdrant_stand_in import QdrantStandIn

PLACE = "/collections/quaere"


def opened(url: str, **settings: Any) -> QuaereDocumentStore:
    store = QuaereDocumentStore(engine="server", url=url, dimension=2, retries=0, **settings)
    store.open()
    return store


def test_a_new_collection_is_made_as_the_settings_say(qdrant: tuple[QdrantStandIn, str]) -> None:
    server, url = qdrant
    opened(url, shards=4, replicas=2).close()
    (made,) = server.bodies("PUT", PLACE)
    assert (made["shard_number"], made["replication_factor"]) == (4, 2)
    assert made["vectors"]["dense"] == {
        "size": 2,
        "distance": "Cosine",
        "quantization_config": {"scalar": {"type": "int8", "quantile": 0.99, "always_ram": True}},
    }
    assert made["sparse_vectors"] == {"text": {"modifier": "idf"}}
    indexes = {body["field_name"]: body["field_schema"] for body in server.bodies("PUT", f"{PLACE}/index")}
    assert indexes == {
        "groups": {"type": "keyword", "is_tenant": True},
        "state": "keyword",
        "valid_from": "datetime",
        "valid_until": "datetime",
        "meta.source_id": "keyword",
        "meta.source": "keyword",
        "meta.language": "keyword",
        "meta.kind": "keyword",
        "meta.page": "integer",
        "meta.updated_at": "datetime",
    }


def test_by_default_the_server_chooses_the_shards_and_nothing_is_doubled(qdrant: tuple[QdrantStandIn, str]) -> None:
    server, url = qdrant
    opened(url, quantization="none").close()
    (made,) = server.bodies("PUT", PLACE)
    assert made.get("shard_number") is None
    assert made["replication_factor"] == 1
    assert made["vectors"]["dense"] == {"size": 2, "distance": "Cosine"}


@pytest.mark.parametrize(
    ("quantization", "params"),
    [("int8", {"quantization": {"rescore": True, "oversampling": 2.0}}), ("none", None)],
)
def test_a_search_compares_the_best_as_they_are(
    qdrant: tuple[QdrantStandIn, str], quantization: Any, params: dict[str, Any] | None
) -> None:
    server, url = qdrant
    store = opened(url, quantization=quantization)
    store.search([1.0, 0.0], SparseEmbedding([7], [1.0]), limit=5)
    store.close()
    ((dense, sparse),) = [body["searches"] for body in server.bodies("POST", f"{PLACE}/points/query/batch")]
    assert dense.get("params") == params
    # BM25 is exact whatever the dense vectors are, and its IDF is that of what the caller may see.
    assert set(sparse["params"]) == {"idf"}


def test_other_settings_than_the_collections_are_named_and_it_is_left_as_it_is(
    qdrant: tuple[QdrantStandIn, str], caplog: pytest.LogCaptureFixture
) -> None:
    server, url = qdrant
    opened(url, shards=4, replicas=2).close()
    with caplog.at_level(logging.WARNING):
        opened(url, shards=4, replicas=2).close()
        opened(url, replicas=2).close()
        assert caplog.messages == []
        opened(url, shards=6, quantization="none").close()
    (message,) = caplog.messages
    assert "qdrant.shards: the collection has 4, the settings say 6" in message
    assert "qdrant.replicas: the collection has 2, the settings say 1" in message
    assert "qdrant.quantization: the collection has int8, the settings say none" in message
    assert "quaere rebuild" in message and url in message
    assert len(server.bodies("PUT", PLACE)) == 1
    assert not server.bodies("DELETE", PLACE)


def test_a_collection_of_an_earlier_release_is_used_and_told_what_it_lacks(
    qdrant: tuple[QdrantStandIn, str], caplog: pytest.LogCaptureFixture
) -> None:
    server, url = qdrant
    opened(url).close()
    del server.made["quaere"]["vectors"]["dense"]["quantization_config"]
    server.indexes["quaere"]["groups"]["params"] = None
    del server.indexes["quaere"]["meta.page"]
    with caplog.at_level(logging.WARNING):
        store = opened(url)
    assert store.count_documents() == 0
    store.close()
    (message,) = caplog.messages
    assert "the collection has none, the settings say int8" in message
    assert "no payload index for meta.page" in message
    assert "groups does not keep tenants together" in message


def test_of_two_processes_that_make_it_at_once_both_go_on(qdrant: tuple[QdrantStandIn, str]) -> None:
    server, url = qdrant
    opened(url).close()
    answer, looks = server.answer, []

    def not_there_yet(method: str, path: str, body: Any) -> tuple[int, Any]:
        if path.endswith("/exists"):
            looks.append(path)
            if len(looks) == 1:
                return 200, {"exists": False}
        return answer(method, path, body)

    server.answer = not_there_yet
    store = opened(url)
    assert store.manifest["dimension"] == "2"
    store.close()
    assert len(looks) == 2


def test_the_settings_reach_the_store_and_its_definition() -> None:
    settings = Settings.load({"qdrant.engine": "server", "qdrant.url": "http://localhost:6333", "qdrant.shards": 3})
    assert (settings.qdrant.shards, settings.qdrant.replicas, settings.qdrant.quantization) == (3, 1, "int8")
    store = QuaereDocumentStore(engine="server", url="http://localhost:6333", shards=3, quantization="none")
    parameters = QuaereDocumentStore.from_dict(store.to_dict()).to_dict()["init_parameters"]
    assert (parameters["shards"], parameters["replicas"], parameters["quantization"]) == (3, 1, "none")
