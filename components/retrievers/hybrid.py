"""Question vectors -> candidates: both searches in one look at the store, fused, near duplicates collapsed.

It does not know how the vectors were made, nor what the ranker will think of the candidates.
"""

from dataclasses import replace
from typing import Any, Literal, Self

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.dataclasses import SparseEmbedding

from components.errors import ConfigurationError
from components.retrievers.duplicates import near_duplicates
from components.retrievers.fusion import convex, reciprocal_rank
from components.stores.documents import Found, QuaereDocumentStore
from components.types import Candidates

Fusion = Literal["convex", "rrf"]

LEAST_PER_SIDE = 30
"""Passages taken from each search at least, so that fusion has something to choose from."""

MOST_REFILLED = 8
"""How many times as many passages are looked at, at most, when near duplicates take the places of others."""

_PLACE = ("source", "source_id", "title", "page", "start", "end")


@component
class HybridRetriever:
    """Finds candidates by meaning and by words.

    A candidate's ``score`` is the fused one, in [0, 1]. Its ``meta["scores"]`` holds ``dense`` (cosine, 0 where
    that search did not find it), ``lexical`` (BM25, likewise), ``lexical_share`` (of the best BM25 score, in
    [0, 1]) and ``fused``. Of near duplicates the newest by ``updated_at`` stands for all, at the best place of
    any; ``meta["duplicates"]`` names the places of the others.

    Args:
        document_store: where the passages are.
        top_k: candidates at most.
        fusion: "convex" joins normalised scores, "rrf" joins ranks.
        dense_weight: share of the dense score in convex fusion, in [0, 1].
    """

    def __init__(
        self,
        document_store: QuaereDocumentStore,
        top_k: int = 30,
        fusion: Fusion = "convex",
        dense_weight: float = 0.5,
    ) -> None:
        if fusion not in ("convex", "rrf"):
            raise ConfigurationError(f"Fusion is 'convex' or 'rrf', not {fusion!r}.")
        if not 0.0 <= dense_weight <= 1.0:
            raise ConfigurationError(f"The weight of the dense score is from 0 to 1, not {dense_weight!r}.")
        self.document_store = document_store
        self.top_k = top_k
        self.fusion = fusion
        self.dense_weight = dense_weight

    def to_dict(self) -> dict[str, Any]:
        """Haystack's serialisation."""
        return default_to_dict(
            self,
            document_store=self.document_store.to_dict(),
            top_k=self.top_k,
            fusion=self.fusion,
            dense_weight=self.dense_weight,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build from :meth:`to_dict`."""
        parameters = dict(data["init_parameters"])
        if isinstance(parameters["document_store"], dict):
            parameters["document_store"] = QuaereDocumentStore.from_dict(parameters["document_store"])
        return default_from_dict(cls, {**data, "init_parameters": parameters})

    @component.output_types(documents=list[Document], dense=list[Document], lexical=list[Document])
    def run(
        self,
        query_embedding: list[float],
        query_sparse_embedding: SparseEmbedding,
        filters: dict[str, Any] | None = None,
        groups: list[str] | None = None,
        top_k: int | None = None,
    ) -> dict[str, Any]:
        """Return the candidates, best first, and what each search found for them on its own.

        Args:
            query_embedding: of the question; empty leaves only the search by words.
            query_sparse_embedding: of the question; empty leaves only the search by meaning.
            filters: Haystack's filter, applied to both searches.
            groups: the caller's; the store's own where None.
            top_k: overrides the parameter of the same name.
        """
        wanted = self.top_k if top_k is None else top_k
        if wanted < 1:
            return {"documents": Candidates(), "dense": Candidates(), "lexical": Candidates()}
        limit = least = max(wanted, LEAST_PER_SIDE)
        while True:
            found = self.document_store.search(
                query_embedding or None, query_sparse_embedding, limit=limit, filters=filters, groups=groups
            )
            candidates = self._collapsed(self._fused(found))
            exhausted = max(len(found.dense), len(found.lexical)) < limit
            if len(candidates) >= wanted or exhausted or limit >= MOST_REFILLED * least:
                return {
                    "documents": Candidates(candidates[:wanted]),
                    "dense": Candidates(found.dense),
                    "lexical": Candidates(found.lexical),
                }
            limit *= 2

    def _fused(self, hits: Found) -> list[Document]:
        dense = {each.id: each.score or 0.0 for each in hits.dense}
        lexical = {each.id: each.score or 0.0 for each in hits.lexical}
        if self.fusion == "rrf":
            scores = reciprocal_rank([dense, lexical])
        else:
            scores = convex(dense, lexical, self.dense_weight)
        best = max(lexical.values(), default=0.0)
        by_id = {each.id: each for each in [*hits.dense, *hits.lexical]}
        # The id decides between equals, so that the same index gives the same answer every time.
        return [
            _scored(
                by_id[key],
                dense=dense.get(key, 0.0),
                lexical=lexical.get(key, 0.0),
                lexical_share=lexical.get(key, 0.0) / best if best > 0.0 else 0.0,
                fused=score,
            )
            for key, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        ]

    def _collapsed(self, documents: list[Document]) -> list[Document]:
        groups = near_duplicates([each.content or "" for each in documents])
        return [_newest([documents[position] for position in group]) for group in groups]


def _scored(document: Document, **scores: float) -> Document:
    return replace(document, score=scores["fused"], meta={**document.meta, "scores": scores})


def _newest(twins: list[Document]) -> Document:
    if len(twins) == 1:
        return twins[0]
    newest = max(twins, key=lambda each: str(each.meta.get("updated_at") or ""))
    best = twins[0].score or 0.0
    places = [{name: each.meta.get(name) for name in _PLACE} for each in twins if each is not newest]
    meta = {**newest.meta, "duplicates": places, "scores": {**newest.meta["scores"], "fused": best}}
    return replace(newest, score=best, meta=meta)
