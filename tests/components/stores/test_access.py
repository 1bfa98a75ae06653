"""Who sees what: groups, validity, and that both hold for every call."""

from datetime import UTC, datetime, timedelta

import pytest
from haystack import Document
from haystack.dataclasses import SparseEmbedding
from haystack.document_stores.types import DuplicatePolicy

from components.errors import InputError
from components.stores.documents import QuaereDocumentStore

HERE = [1.0] + [0.0] * 767
WORD = SparseEmbedding([7], [1.0])


def passage(id, **meta):
    return Document(id=id, content=id, embedding=HERE, sparse_embedding=WORD, meta=meta)


def found(store, groups=None, filters=None):
    both = store.search(HERE, WORD, limit=10, groups=groups, filters=filters)
    dense, lexical = ({each.id for each in side} for side in (both.dense, both.lexical))
    assert dense == lexical
    return dense


@pytest.fixture
def filled(document_store):
    document_store.write_documents(
        [
            passage("open", kind="a"),
            passage("also open", groups=["public", "sales"], kind="b"),
            passage("sales", groups=["sales"], kind="c", price=9),
            passage("board", groups=["board", "audit"], kind="d", price=99),
        ]
    )
    return document_store


def test_searches(filled):
    assert found(filled) == found(filled, []) == {"open", "also open"}
    assert found(filled, ["sales"]) == {"open", "also open", "sales"}
    assert found(filled, ["audit"]) == {"open", "also open", "board"}
    assert found(filled, ["sales", "board"]) == {"open", "also open", "sales", "board"}
    assert [each.id for each in filled.search_dense(HERE, limit=10, groups=["nobody"])] != []


@pytest.mark.parametrize(
    "filters",
    [
        {"field": "meta.price", "operator": "not in", "value": []},
        {"operator": "NOT", "conditions": [{"field": "meta.kind", "operator": "in", "value": []}]},
        {"field": "meta.groups", "operator": "==", "value": "board"},
        {"field": "groups", "operator": "==", "value": "board"},
        {"operator": "OR", "conditions": [{"field": "meta.price", "operator": ">", "value": 1}]},
    ],
)
def test_no_filter_widens_what_groups_allow(filled, filters):
    for groups in ([], ["sales"], ["nobody"]):
        assert found(filled, groups, filters) <= found(filled, groups)
        assert "board" not in found(filled, groups, filters)


def test_every_method_of_the_protocol(filled, request, tmp_path):
    store = filled
    assert store.count_documents() == 2
    assert {each.id for each in store.filter_documents()} == {"open", "also open"}
    assert store.count_documents_by_filter({"field": "meta.price", "operator": ">", "value": 0}) == 0
    assert "price" not in store.get_metadata_fields_info()
    store.delete_documents(["open", "also open"])
    assert store.count_passages() == 2
    assert found(store, ["sales", "board"]) == {"sales", "board"}


def test_the_stores_own_groups(tmp_path):
    store = QuaereDocumentStore(str(tmp_path), dimension=768, groups=["sales"])
    store.write_documents([passage("sales", groups=["sales"]), passage("board", groups=["board"])])
    assert store.count_documents() == 1
    assert found(store) == {"sales"}
    assert found(store, []) == set()
    store.close()


def test_changed_groups_count_at_once(filled):
    filled.write_documents([passage("open", groups=["board"])], DuplicatePolicy.OVERWRITE)
    assert found(filled) == {"also open"}
    assert "open" in found(filled, ["board"])


def test_the_rarity_of_a_word_is_counted_over_what_the_caller_sees(document_store):
    words = [SparseEmbedding([7], [1.0]), SparseEmbedding([8], [1.0])]
    document_store.write_documents(
        [
            Document(id="a", content="a", sparse_embedding=words[0]),
            Document(id="b", content="b", sparse_embedding=words[1]),
            *(
                Document(id=f"secret {i}", content="", sparse_embedding=words[0], meta={"groups": ["board"]})
                for i in range(20)
            ),
        ]
    )

    def score(index, groups):
        found = document_store.search_lexical(SparseEmbedding([index], [1.0]), limit=1, groups=groups)
        return found[0].score

    # To an outsider both words occur in one passage of two.
    assert score(7, []) == pytest.approx(score(8, []))
    assert score(7, ["board"]) < score(8, ["board"])


def test_validity(document_store):
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    document_store.write_documents(
        [
            passage("always"),
            passage("ended", valid_until=(now - hour).isoformat()),
            passage("running", valid_from=(now - hour).isoformat(), valid_until=(now + hour).isoformat()),
            passage("coming", valid_from=(now + hour).isoformat()),
            passage("ended in tokyo", valid_until=(now - hour / 2).astimezone().isoformat()),
        ]
    )
    assert found(document_store) == {"always", "running"}
    assert document_store.count_documents() == 5


@pytest.mark.parametrize(
    "meta", [{"groups": []}, {"groups": "sales"}, {"groups": [""]}, {"groups": [1]}, {"valid_until": "soon"}]
)
def test_unusable_access_is_refused_instead_of_published(document_store, meta):
    with pytest.raises(InputError):
        document_store.write_documents([passage("x", **meta)])
    assert document_store.count_passages() == 0


def test_groups_of_a_caller_are_a_list(document_store):
    with pytest.raises(InputError, match="sales"):
        document_store.search_dense(HERE, limit=1, groups="sales")
