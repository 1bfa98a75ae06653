"""Passages, or stored questions, that are like a given text: one look by meaning, without the reader."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from haystack import Document

from components.embedders.dense import TextEmbedder
from components.stores.documents import QuaereDocumentStore
from components.types import Passage

SimilarKind = Literal["passages", "questions"]

_QUESTIONS = {"field": "meta.kind", "operator": "==", "value": "faq"}


def similar(
    embedder: TextEmbedder,
    store: QuaereDocumentStore,
    text: str,
    kind: SimilarKind,
    *,
    top: int,
    filters: dict[str, Any] | None,
    groups: Sequence[str],
) -> tuple[Passage, ...]:
    """The passages nearest in meaning, best first.

    Args:
        embedder: as questions are embedded.
        store: where the passages are.
        text: a question or a passage; what is beyond the embedder's tokens does not count.
        kind: all passages, or the rows of a FAQ by their questions.
        top: passages at most.
        filters: Haystack's filter syntax.
        groups: the caller's.

    Returns:
        Passages whose ``scores`` hold ``dense``, the cosine in [-1, 1].
    """
    vector = embedder.run(text)["embedding"]
    if not vector:
        return ()
    conditions = [each for each in (filters, _QUESTIONS if kind == "questions" else None) if each is not None]
    wanted = {"operator": "AND", "conditions": conditions} if conditions else None
    found = store.search_dense(vector, limit=top, filters=wanted, groups=groups)
    return tuple(Passage.from_document(_scored(document)) for document in found)


def _scored(document: Document) -> Document:
    return replace(document, meta=document.meta | {"scores": {"dense": document.score}})
