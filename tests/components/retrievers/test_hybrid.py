"""Hybrid retrieval over a real store: fusion, filters, groups, near duplicates, refill."""

import copy

import pytest
from haystack import Document
from haystack.dataclasses import SparseEmbedding

from components.embedders.bm25 import LexicalDocumentEmbedder, question_vector
from components.errors import ConfigurationError
from components.retrievers.hybrid import HybridRetriever
from components.stores.documents import QuaereDocumentStore
from components.types import Candidates

NOTHING = SparseEmbedding([], [])


def passage(id, content, embedding, **meta):
    return Document(
        id=id, content=content, embedding=embedding, meta={"source": f"{id}.md", "start": 0, "end": 9, **meta}
    )


@pytest.fixture
def store(tmp_path):
    store = QuaereDocumentStore(str(tmp_path), dimension=2)
    yield store
    store.close()


def fill(store, documents):
    store.write_documents(LexicalDocumentEmbedder().run(documents)["documents"])


def run(retriever, embedding, text="", **options):
    return retriever.run(embedding, question_vector(text), **options)["documents"]


def test_both_searches_are_fused(store):
    fill(
        store,
        [
            passage("near", "A tale of the sea", [1.0, 0.0]),
            passage("both", "The pump leaks", [0.8, 0.6]),
            passage("words", "Pump, pump and pump", [-1.0, 0.0]),
        ],
    )
    found = run(HybridRetriever(store), [1.0, 0.0], "pump leaks")
    assert isinstance(found, Candidates)
    assert copy.deepcopy(found) is found
    assert [each.id for each in found] == ["both", "near", "words"]
    scores = found[0].meta["scores"]
    assert scores["dense"] == pytest.approx(0.8)
    assert scores["lexical"] > 0
    assert scores["lexical_share"] == 1.0
    assert scores["fused"] == found[0].score == pytest.approx(0.5 * (1.8 / 2) + 0.5)
    assert found[1].meta["scores"]["lexical"] == 0.0
    assert all(each.embedding is None for each in found)


def test_weights_and_rank_fusion(store):
    fill(store, [passage("near", "sea", [1.0, 0.0]), passage("words", "pump", [0.0, 1.0])])
    assert run(HybridRetriever(store, dense_weight=1.0), [1.0, 0.0], "pump")[0].id == "near"
    assert run(HybridRetriever(store, dense_weight=0.0), [1.0, 0.0], "pump")[0].id == "words"
    ranked = run(HybridRetriever(store, fusion="rrf"), [1.0, 0.0], "pump")
    assert ranked[0].id == "words"
    assert ranked[0].score == pytest.approx((1 / 62 + 1 / 61) / (2 / 61))


def test_filters_and_groups_hold_in_both_searches(store):
    fill(
        store,
        [
            passage("open", "pump manual", [1.0, 0.0], language="en"),
            passage("secret", "pump salaries", [1.0, 0.0], groups=["board"]),
            passage("german", "pump Handbuch", [1.0, 0.0], language="de"),
        ],
    )
    retriever = HybridRetriever(store)
    english = {"field": "meta.language", "operator": "==", "value": "en"}
    assert {each.id for each in run(retriever, [1.0, 0.0], "pump")} == {"open", "german"}
    assert {each.id for each in run(retriever, [1.0, 0.0], "pump", groups=["board"])} == {"open", "german", "secret"}
    assert [each.id for each in run(retriever, [1.0, 0.0], "pump", filters=english)] == ["open"]


def test_the_newest_of_near_duplicates_stands_for_all(store):
    text = "The warranty covers the pump and the hose against defects of material and workmanship"
    fill(
        store,
        [
            passage(
                "old",
                text,
                [1.0, 0.0],
                updated_at="2024-01-01T00:00:00Z",
                title="Handbook 1",
                page=3,
                source_id="s-old",
            ),
            passage("new", text + ".", [0.9, 0.1], updated_at="2025-01-01T00:00:00Z"),
            passage("undated", text.upper(), [0.8, 0.2]),
            passage("other", "Nothing of the kind", [0.0, 1.0]),
        ],
    )
    found = run(HybridRetriever(store), [1.0, 0.0])
    assert [each.id for each in found] == ["new", "other"]
    # The score of the best twin: half for being the nearest, nothing from the words.
    assert found[0].score == found[0].meta["scores"]["fused"] == 0.5
    old = {"source": "old.md", "source_id": "s-old", "title": "Handbook 1", "page": 3, "start": 0, "end": 9}
    assert old in found[0].meta["duplicates"]
    assert len(found[0].meta["duplicates"]) == 2
    assert "duplicates" not in found[1].meta


def test_collapsed_places_are_filled_again(store):
    twin = "The warranty covers the pump and the hose against defects of material and workmanship"
    documents = [passage(f"twin{i}", twin, [1.0, 0.0]) for i in range(40)]
    fill(store, documents + [passage(f"other{i}", f"Passage number {i}", [0.5, 0.5]) for i in range(40)])
    assert len(run(HybridRetriever(store, top_k=5), [1.0, 0.0])) == 5
    assert len(run(HybridRetriever(store), [1.0, 0.0], top_k=0)) == 0


def test_empty_questions_and_stores(store):
    retriever = HybridRetriever(store)
    assert retriever.run([], NOTHING)["documents"] == []
    assert run(retriever, [1.0, 0.0], "pump") == []


def test_serialisation(store):
    retriever = HybridRetriever(store, top_k=7, fusion="rrf", dense_weight=0.0)
    again = HybridRetriever.from_dict(retriever.to_dict())
    assert again.to_dict() == retriever.to_dict()
    assert (again.top_k, again.fusion, again.dense_weight) == (7, "rrf", 0.0)


@pytest.mark.parametrize("parameters", [{"fusion": "best"}, {"dense_weight": 1.5}])
def test_parameters_are_checked(store, parameters):
    with pytest.raises(ConfigurationError):
        HybridRetriever(store, **parameters)
