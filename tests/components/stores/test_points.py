"""Documents come back as they were written, on both engines."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from haystack import Document
from haystack.dataclasses import ByteStream, SparseEmbedding
from haystack.document_stores.types import DuplicatePolicy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.errors import ConfigurationError, InputError, StoreError
from components.stores.points import point_id, to_document

moments = st.datetimes(timezones=st.none() | st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]))
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | moments
    | st.dates()
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
reserved = {"groups", "valid_from", "valid_until"}
metas = st.dictionaries(st.text(min_size=1, max_size=5).filter(lambda name: name not in reserved), values, max_size=4)


def exact(value):
    """The value with the types of all its parts, since 1 == 1.0 == True."""
    if isinstance(value, dict):
        return {key: exact(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [exact(each) for each in value]
    return type(value), value, math.copysign(1, value) if isinstance(value, float) else None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(meta=metas, content=st.none() | st.text(max_size=20))
def test_round_trip(document_store, meta, content):
    document_store.write_documents([Document(id="x", content=content, meta=meta)], DuplicatePolicy.OVERWRITE)
    [found] = document_store.filter_documents()
    assert (found.id, found.content) == ("x", content)
    assert exact(found.meta) == exact(meta)


def test_numbers_of_many_digits_are_found(document_store):
    numbers = [0.1 + 0.2, 1 / 3, 4.887505366882781e304, 1e-300, 0.8444218515250481, 0.13436424411240122]
    document_store.write_documents([Document(id=str(i), meta={"x": number}) for i, number in enumerate(numbers)])
    for i, number in enumerate(numbers):
        found = document_store.filter_documents({"field": "meta.x", "operator": "==", "value": number})
        assert [(each.id, each.meta["x"]) for each in found] == [(str(i), number)]


def test_blobs_and_updates(document_store):
    blob = ByteStream(b"\x00\xff", meta={"name": "a"}, mime_type="image/png")
    document_store.write_documents([Document(id="x", blob=blob, meta={"at": datetime(2025, 1, 1), "keep": (1, 2)})])
    assert document_store.filter_documents()[0].blob == blob
    [kept] = document_store.filter_documents()
    changed = replace(kept, meta=kept.meta | {"at": "later", "flag": True})
    document_store.write_documents([changed], DuplicatePolicy.OVERWRITE)
    [found] = document_store.filter_documents({"field": "meta.flag", "operator": "==", "value": True})
    assert found.meta == {"at": "later", "keep": (1, 2), "flag": True}
    assert found.blob == blob


@pytest.mark.parametrize(
    "meta", [{"x": {1, 2}}, {"x": math.nan}, {"x": math.inf}, {"x": 2**63}, {"x": {1: 2}}, {"x": "\ud800"}, {"x": b""}]
)
def test_what_cannot_be_kept_is_refused_with_its_name(document_store, meta):
    with pytest.raises(InputError, match="'doc'"):
        document_store.write_documents([Document(id="doc", meta=meta)])


def test_half_a_character_is_refused(document_store):
    with pytest.raises(InputError, match="surrogate"):
        document_store.write_documents([Document(id="doc", content="a\ud800")])


def test_another_dimension_is_refused_with_both(document_store):
    with pytest.raises(ConfigurationError, match=r"2 dimensions.*768"):
        document_store.write_documents([Document(content="x", embedding=[1.0, 0.0])])
    with pytest.raises(ConfigurationError, match=r"2 dimensions.*768"):
        document_store.search_dense([1.0, 0.0], limit=1)


def test_ids_are_stable():
    assert point_id("a") == point_id("a") != point_id("b")


def test_embeddings_are_not_fetched_and_may_be_missing(document_store):
    both = Document(id="both", content="x", embedding=[1.0] * 768, sparse_embedding=SparseEmbedding([1], [1.0]))
    document_store.write_documents([both, Document(id="none", content="y")])
    found = document_store.search([1.0] * 768, SparseEmbedding([1], [1.0]), limit=5)
    assert [each.id for each in found.dense] == [each.id for each in found.lexical] == ["both"]
    assert found.dense[0].score == pytest.approx(1.0, abs=1e-5)
    assert found.dense[0].embedding is None and found.dense[0].sparse_embedding is None
    assert document_store.search([1.0] * 768, None, limit=0).dense == []
    assert document_store.search(None, SparseEmbedding([], []), limit=5).lexical == []


@pytest.mark.parametrize(
    "payload", [{}, {"id": "a", "types": [["lost"]]}, {"id": "a", "meta": None, "types": [[["x"], "date"]]}]
)
def test_a_payload_that_is_not_as_it_was_written_is_told_with_what_to_do(payload: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match=r"damaged.*quaere rebuild"):
        to_document(payload)
